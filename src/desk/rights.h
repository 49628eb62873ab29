/* rights: roles, the person who looks, and what that person is to a case. Code names relations;
   a compiled-in person does not exist. Relations come from the role and from the work rows of the
   case (work.h), so that scope and rights cannot disagree. */
#ifndef DESK_RIGHTS_H
#define DESK_RIGHTS_H
#include "base/base.h"
#include "db/db.h"
#include "desk/record.h"

typedef enum {
    ROLE_PUBLIC,
    ROLE_ENTERPRISE,
    ROLE_DISPATCHER,
    ROLE_CALLBACK,
    ROLE_HANDLER,
    ROLE_HEAD,
    ROLE_SUPERVISOR,
    ROLE_LEADER,
    ROLE_AUDITOR,
    ROLE_SYSADMIN,
    ROLE_SECADMIN,
    ROLE_AUDADMIN,
    ROLE_CLOCK, /* the program itself when a deadline fires */
    ROLES
} Role;
extern const Choice roles[]; /* public enterprise dispatcher callback handler head ... */

/* Who: what one is to a case. The first are roles, the others relations from work rows. */
#define W_PUBLIC      (1ull << ROLE_PUBLIC)     /* holds number and query code */
#define W_ANY_ENT     (1ull << ROLE_ENTERPRISE) /* any enterprise account */
#define W_DISPATCHER  (1ull << ROLE_DISPATCHER)
#define W_CALLBACK    (1ull << ROLE_CALLBACK)
#define W_ANY_HANDLER (1ull << ROLE_HANDLER)
#define W_ANY_HEAD    (1ull << ROLE_HEAD)
#define W_SUPERVISOR  (1ull << ROLE_SUPERVISOR)
#define W_LEADER      (1ull << ROLE_LEADER)
#define W_AUDITOR     (1ull << ROLE_AUDITOR)
#define W_SYSADMIN    (1ull << ROLE_SYSADMIN)
#define W_SECADMIN    (1ull << ROLE_SECADMIN)
#define W_AUDADMIN    (1ull << ROLE_AUDADMIN)
#define W_CLOCK       (1ull << ROLE_CLOCK)
#define W_AUTHOR      (1ull << 20) /* wrote the draft, or asked */
#define W_ENTERPRISE  (1ull << 21) /* speaks for the case's enterprise */
#define W_LEAD        (1ull << 22) /* handler or head of the lead department */
#define W_LEAD_HEAD   (1ull << 23)
#define W_SUPPORT     (1ull << 24) /* handler or head of a supporting department */
#define W_HANDLER     (1ull << 25) /* the named handler or deputy */
#define W_FORMER      (1ull << 26) /* of a department that was lead, or first receiver */
#define W_STAFF                                                                                    \
    (W_DISPATCHER | W_CALLBACK | W_ANY_HANDLER | W_ANY_HEAD | W_SUPERVISOR | W_LEADER | W_AUDITOR)
#define W_SIGNED_IN (W_STAFF | W_ANY_ENT | W_SYSADMIN | W_SECADMIN | W_AUDADMIN)

enum { VIEWER_ENTERPRISES_MAX = 32, VIEWER_ABSENT_MAX = 4 };
/* Somebody absent whose deputy the viewer is today: acts then read "X（代 Y）". */
typedef struct Absent {
    int64_t account, dept;
    const char *name;
    Role role;
} Absent;
typedef struct Viewer {
    int64_t site;
    int64_t account;  /* 0: the public or the clock */
    const char *name; /* as acts show it: "河西堡园区管委会·经办 02" */
    Role role;
    int64_t dept; /* 0: none */
    int enterprises_n;
    int64_t enterprises[VIEWER_ENTERPRISES_MAX];
    int absent_n;
    Absent absent[VIEWER_ABSENT_MAX];
    int64_t code_case; /* public: the case whose number and code were given; 0 none */
    Lang lang;
} Viewer;

/* Parties of work rows and owners of clocks: a department, enterprise or account by its id, or a
   desk that a whole role shares. */
enum { DESK_DISPATCH = -1, DESK_SUPERVISE = -2, DESK_LEADER = -3, DESK_CALLBACK = -4 };
enum { PARTIES_MAX = VIEWER_ENTERPRISES_MAX + 3 + 3 * VIEWER_ABSENT_MAX };
int viewer_parties(const Viewer *v, int64_t out[static PARTIES_MAX]);
bool viewer_sees_all(const Viewer *v, const Record *r); /* all cases of the site but drafts */

typedef struct WorkRow {
    int64_t party;
    const char
        *role; /* "lead" "support" "former" "first" "enterprise" "author" "handler" "deputy" */
} WorkRow;
/* Relations of this viewer to a case with these work rows; role bits are always in it. 0 bits of
   visibility: see rights_visible. */
uint64_t rights_relations(const Viewer *v, const WorkRow *work, int n);
/* draft: only its author sees it. */
/* The name that an act with these rights shows: the viewer's own where they suffice, else the one of
   the absent person whose rights were needed. */
const char *viewer_acts_as(const Viewer *v, const WorkRow *work, int n, uint64_t by, Arena *a);
bool rights_visible(const Viewer *v, const Record *r, const void *row, uint64_t relations);
#endif
