/* rights: from role and work rows to relations. Nothing here reads the database. */
#include "desk/rights.h"

#include "desk/flow.h"

#include <string.h>

const Choice roles[] = {{"public", "公众", "Public"},
                        {"enterprise", "企业联系人", "Enterprise contact"},
                        {"dispatcher", "调度", "Dispatcher"},
                        {"callback", "回访", "Call-back staff"},
                        {"handler", "部门经办", "Department handler"},
                        {"head", "部门负责人", "Department head"},
                        {"supervisor", "督办", "Supervisor"},
                        {"leader", "领导", "Leader"},
                        {"auditor", "审计", "Auditor"},
                        {"sysadmin", "系统管理员", "System administrator"},
                        {"secadmin", "安全管理员", "Security administrator"},
                        {"audadmin", "审计管理员", "Audit administrator"},
                        {"clock", "时钟", "Clock"},
                        {0}};
_Static_assert(COUNT(roles) == ROLES + 1, "one name a role");

static int role_desk(Role role)
{
    switch (role) {
    case ROLE_DISPATCHER: return DESK_DISPATCH;
    case ROLE_SUPERVISOR: return DESK_SUPERVISE;
    case ROLE_LEADER: return DESK_LEADER;
    case ROLE_CALLBACK: return DESK_CALLBACK;
    case ROLE_PUBLIC:
    case ROLE_ENTERPRISE:
    case ROLE_HANDLER:
    case ROLE_HEAD:
    case ROLE_AUDITOR:
    case ROLE_SYSADMIN:
    case ROLE_SECADMIN:
    case ROLE_AUDADMIN:
    case ROLE_CLOCK:
    case ROLES: return 0;
    }
    return 0;
}

static int parties_of(int64_t account, int64_t dept, Role role, int64_t *out)
{
    int n = 0, desk = role_desk(role);
    if (account) out[n++] = account;
    if (dept && (role == ROLE_HANDLER || role == ROLE_HEAD)) out[n++] = dept;
    if (desk) out[n++] = desk;
    return n;
}

int viewer_parties(const Viewer *v, int64_t out[static PARTIES_MAX])
{
    int n = parties_of(v->account, v->dept, v->role, out);
    for (int i = 0; i < v->enterprises_n; i++) out[n++] = v->enterprises[i];
    for (int i = 0; i < v->absent_n; i++)
        n += parties_of(v->absent[i].account, v->absent[i].dept, v->absent[i].role, out + n);
    return n;
}

static bool role_sees_all(Role role)
{
    return role == ROLE_DISPATCHER || role == ROLE_CALLBACK || role == ROLE_SUPERVISOR ||
           role == ROLE_LEADER || role == ROLE_AUDITOR || role == ROLE_CLOCK;
}

bool viewer_sees_all(const Viewer *v, const Record *r)
{
    if (!r->flow) return true; /* plain records: read says who */
    bool all = role_sees_all(v->role);
    for (int i = 0; i < v->absent_n; i++) all |= role_sees_all(v->absent[i].role);
    return all;
}

static uint64_t dept_relation(const char *work_role, Role role)
{
    if (strcmp(work_role, "lead") == 0) return W_LEAD | (role == ROLE_HEAD ? W_LEAD_HEAD : 0);
    if (strcmp(work_role, "support") == 0) return W_SUPPORT;
    return W_FORMER;
}

static uint64_t one_relation(int64_t account, int64_t dept, Role role, const WorkRow *w)
{
    if (dept && w->party == dept && (role == ROLE_HANDLER || role == ROLE_HEAD))
        return dept_relation(w->role, role);
    if (!account || w->party != account) return 0;
    if (strcmp(w->role, "author") == 0) return W_AUTHOR;
    if (strcmp(w->role, "handler") == 0 || strcmp(w->role, "deputy") == 0) return W_HANDLER;
    return 0;
}

static uint64_t own_relations(const Viewer *v, const WorkRow *work, int n)
{
    uint64_t rel = 1ull << v->role;
    for (int i = 0; i < n; i++) {
        rel |= one_relation(v->account, v->dept, v->role, &work[i]);
        for (int k = 0; k < v->enterprises_n; k++)
            if (work[i].party == v->enterprises[k] && strcmp(work[i].role, "enterprise") == 0)
                rel |= W_ENTERPRISE;
    }
    return rel;
}

static uint64_t absent_relations(const Absent *p, const WorkRow *work, int n)
{
    uint64_t rel = 1ull << p->role;
    for (int i = 0; i < n; i++) rel |= one_relation(p->account, p->dept, p->role, &work[i]);
    return rel;
}

uint64_t rights_relations(const Viewer *v, const WorkRow *work, int n)
{
    uint64_t rel = own_relations(v, work, n);
    for (int i = 0; i < v->absent_n; i++) rel |= absent_relations(&v->absent[i], work, n);
    return rel;
}

const char *viewer_acts_as(const Viewer *v, const WorkRow *work, int n, uint64_t by, Arena *a)
{
    if (own_relations(v, work, n) & by) return v->name;
    for (int i = 0; i < v->absent_n; i++)
        if (absent_relations(&v->absent[i], work, n) & by)
            return arena_f(a, "%s（代 %s）", v->name, v->absent[i].name);
    return v->name;
}

bool rights_visible(const Viewer *v, const Record *r, const void *row, uint64_t rel)
{
    const Head *h = row;
    if (!r->flow) return (rel & r->read) != 0;
    if (v->code_case == h->id && v->code_case) return true;
    if (r->flow->draft >= 0 && h->state == r->flow->draft) return (rel & (W_AUTHOR | W_CLOCK)) != 0;
    if (viewer_sees_all(v, r)) return true;
    return (rel & (W_AUTHOR | W_ENTERPRISE | W_LEAD | W_SUPPORT | W_FORMER | W_HANDLER)) != 0;
}
