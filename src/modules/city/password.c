/* password: the security administrator gives an account a first or a new password. It is random, shown
   once in the answer, and ends all sessions of the account. */
#include "modules/city/city.h"

#include "base/crypto.h"
#include "modules/city/password.html.h"

typedef struct Given {
    const char *plain, *hash;
} Given;

void city_detail(Req *q, const Record *r, const Case *c);

static void give(Act *act, void *row)
{
    const Given *g = act->patch_with;
    ((Account *)row)->password = g->hash;
    act->extra[0].name = "password";
    act->extra[0].value = g->plain;
    act->extra_n = 1;
}

static int password_page(Req *q)
{
    Account who;
    if (q->who.role != ROLE_SECADMIN) return E_DENIED;
    TRY(rec_see(q->q, q->desk, q->a, &q->who, &account_record, q->id, &who, NULL));
    shell_begin(q, tr(q->out.lang, "给新密码"));
    password_html(&q->out, who.name, who.username,
                  arena_f(q->a, "/accounts/%lld/password", (long long)q->id),
                  arena_f(q->a, "/accounts/%lld", (long long)q->id), form_hidden(q, who.h.rev));
    return shell_end(q, 200);
}

static int password_parse(Req *q, Act **act)
{
    static const In nothing = {.kind = IN_OBJECT};
    if (q->who.role != ROLE_SECADMIN) return E_DENIED;
    Given *g = NEW(q->a, Given);
    g->plain = random_token(q->a, 12);
    g->hash = password_hash(q->a, g->plain);
    *act = act_new(q->desk, q->a, &q->who, &account_record, q->id, "edit");
    (*act)->patch = give;
    (*act)->patch_with = g;
    (*act)->if_rev = q->if_rev;
    return act_read(*act, &nothing, true, NULL);
}

static int password_answer(Req *q, Act *act)
{
    if (act->rc == OK) TRY(session_end_all(q->desk, q->who.site, act->out_id));
    return generic_answer(q, act);
}

/* On the account's page: the way there. */
void city_detail(Req *q, const Record *r, const Case *c)
{
    const Head *h = c->row;
    if (r == &account_record && q->who.role == ROLE_SECADMIN)
        password_link_html(&q->out, arena_f(q->a, "/accounts/%lld/password", (long long)h->id));
}

extern const Route city_routes[];
const Route city_routes[] = {
    {"GET", "/accounts/{id}/password", .run = password_page, .zh = "给账号新密码"},
    {"POST", "/accounts/{id}/password", .parse = password_parse, .answer = password_answer,
     .zh = "给账号新密码"},
    {0}};
