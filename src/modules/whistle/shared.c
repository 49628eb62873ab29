/* shared: what several actions of a whistle need: parties, dates, the clocks of a fresh lead. */
#include "modules/whistle/whistle_own.h"

#include "desk/account.h"

#include <string.h>

const char *party_id(Step *s, int64_t id)
{
    return arena_f(s->a, "%lld", (long long)id);
}

int ids_of(const char *list, int64_t *out, int max)
{
    int n = 0;
    while (list && *list && n < max) {
        char digits[20];
        size_t len = strcspn(list, ",");
        if (len == 0 || len >= sizeof digits) break;
        memcpy(digits, list, len);
        digits[len] = 0;
        if (!num_parse(digits, &out[n])) break;
        n++;
        list += len + (list[len] == ',');
    }
    return n;
}

bool is_consult(const Whistle *w)
{
    return w->class.s && strncmp(w->class.s, "consult", 7) == 0 &&
           (w->class.s[7] == 0 || w->class.s[7] == '.');
}

int64_t head_of(Step *s, int64_t department)
{
    Result r;
    int rc = db_get(s->q, s->a, &r,
                    "SELECT id FROM account WHERE site = $1 AND department = $2 AND role = 'head' "
                    "AND stopped = 0 "
                    "ORDER BY id LIMIT 1",
                    VALS(vi(s->who->site), vi(department)));
    return rc >= 0 && r.rows ? res_int(&r, 0, 0) : 0;
}

int account_of_lead(Step *s, const char *field, Ref account)
{
    const Whistle *w = s->row;
    Result r;
    if (!account.has) return OK;
    TRY(db_get(s->q, s->a, &r,
               "SELECT department, stopped, role FROM account WHERE site = $1 AND id = $2",
               VALS(vi(w->h.site), vi(account.v))));
    const char *role = r.rows ? res_text(&r, 0, 2) : "";
    bool fits = r.rows && res_int(&r, 0, 0) == w->lead.v && res_int(&r, 0, 1) == 0 &&
                (strcmp(role, "handler") == 0 || strcmp(role, "head") == 0);
    if (!fits)
        error_add(s->errors, field, "应为主办部门的账号",
                  "should be an account of the lead department");
    return OK;
}

int64_t minute_of(int64_t ms)
{
    return ms - ms % 60000;
}

/* A day means the end of its last segment; an instant is an instant. Not before now. */
int parse_by(Step *s, const char *field, const char *text, int64_t *out)
{
    Day d;
    Time t;
    if (day_parse(text, &d))
        *out = calendar_day_end(s->desk->calendar, d.v);
    else if (time_parse(text, &t))
        *out = t.v;
    else
        return error_add(s->errors, field, "应为日期或时间，如 2026-04-01",
                         "should be a day or an instant, such as 2026-04-01"),
               OK;
    if (*out <= s->now) error_add(s->errors, field, "应晚于现在", "should be later than now");
    return OK;
}

int start_route(Step *s)
{
    return step_clock(s, "route", "desk", DESK_DISPATCH, "dispatcher", NULL, 0) ? OK : E_DB;
}

static int start_named(Step *s, const char *clock, const char *length, const char *party,
                       int64_t owner, const char *role)
{
    const Whistle *w = s->row;
    Span span;
    int version = (int)w->profile_version.v;
    if (!profile_span(s->desk, w->h.site, w->profile, version, length, &span))
        return error_say(s->errors, E_DB, "时钟方案里没有这个时钟", "no profile has this clock");
    Deadline *d = step_clock_span(s, clock, party, owner, role, s->now, span);
    if (!d) return E_DB;
    d->profile = w->profile;
    d->profile_version = version;
    return OK;
}

/* Each department has its own clocks from its own dispatch; the enterprise's contact and resolve run
   from the first dispatch and are never restarted (WHISTLE, Clocks). */
int start_department(Step *s, bool with_objection)
{
    const Whistle *w = s->row;
    const char *lead = party_id(s, w->lead.v);
    const char *contact = w->urgent_confirmed ? "contact_urgent" : "contact";
    const char *resolve = is_consult(w) ? "resolve_consult" : "resolve";
    bool first = !((const Whistle *)s->before)->dispatched_at.has;
    TRY(start_named(s, "sign", "sign", lead, w->lead.v, "handler"));
    if (with_objection) TRY(start_named(s, "objection", "objection", lead, w->lead.v, "handler"));
    if (!w->anonymous) TRY(start_named(s, "contact", contact, lead, w->lead.v, "handler"));
    TRY(start_named(s, "answer", "answer", lead, w->lead.v, "handler"));
    TRY(start_named(s, "resolve", resolve, lead, w->lead.v, "handler"));
    if (!first) return OK;
    if (!w->anonymous) TRY(start_named(s, "contact", contact, "enterprise", 0, "enterprise"));
    return start_named(s, "resolve", resolve, "enterprise", 0, "enterprise");
}

/* The old lead keeps sight of the case; its running clocks stop as they stand. */
void change_lead(Step *s, int64_t lead)
{
    Whistle *w = s->row;
    if (w->lead.has) {
        step_clock_stop(s, NULL, party_id(s, w->lead.v));
        w->formers = w->formers ? arena_f(s->a, "%s,%lld", w->formers, (long long)w->lead.v)
                                : party_id(s, w->lead.v);
    }
    w->lead = (Ref){lead, true};
    w->handler = w->deputy = (Ref){0};
}

static void add(Step *s, int64_t party, const char *role)
{
    if (party && s->work_n < STEP_WORK_MAX) s->work[s->work_n++] = (WorkRow){party, role};
}

void whistle_participants(Step *s)
{
    const Whistle *w = s->row;
    int64_t ids[SUPPORT_MAX];
    s->work_n = 0;
    if (w->h.state == DRAFT) {
        add(s, w->author.v, "author");
        return;
    }
    if (!w->anonymous) add(s, w->enterprise.v, "enterprise");
    add(s, w->lead.v, "lead");
    add(s, w->first_receiver.v, "first");
    for (int i = 0, n = ids_of(w->supporters, ids, SUPPORT_MAX); i < n; i++)
        add(s, ids[i], "support");
    for (int i = 0, n = ids_of(w->formers, ids, SUPPORT_MAX); i < n; i++) add(s, ids[i], "former");
    add(s, w->handler.v, "handler");
    add(s, w->deputy.v, "deputy");
}
