/* desk: the first page is what waits for the one who opens it. */
#include "modules/whistle/desk_own.h"

int home_page(Req *q)
{
    q->menu = "/";
    if (q->who.account == 0) return portal_page(q);
    if (q->who.role == ROLE_ENTERPRISE) return desk_enterprise_page(q);
    return desk_staff_page(q);
}

int desk_staff_page(Req *q)
{
    Desktop t = {.q = q, .names = names_load(q)};
    switch (q->who.role) {
    case ROLE_DISPATCHER: return desk_dispatcher(&t);
    case ROLE_HANDLER: return desk_handler(&t);
    case ROLE_HEAD: return desk_head(&t);
    case ROLE_SUPERVISOR: return desk_supervisor(&t);
    case ROLE_LEADER: return desk_leader(&t);
    case ROLE_CALLBACK: return desk_callback(&t);
    case ROLE_AUDITOR: return desk_auditor(&t);
    case ROLE_SYSADMIN:
    case ROLE_SECADMIN:
    case ROLE_AUDADMIN: return desk_admin(&t);
    case ROLE_PUBLIC:
    case ROLE_ENTERPRISE:
    case ROLE_CLOCK:
    case ROLES: break;
    }
    return E_DENIED;
}
