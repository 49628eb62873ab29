/* case: everything of one case, for its page and its JSON. */
#include "desk/case.h"

#include "desk/act_own.h"
#include "desk/find.h"
#include "desk/step_own.h"

#include <string.h>

/* The firm and the public see no internal notes; staff see all of their cases. */
static bool is_outside(const Viewer *who)
{
    return who->role == ROLE_ENTERPRISE || who->role == ROLE_PUBLIC;
}

static int load_ended(Reader *q, Arena *a, const Head *h, Case *c, const Step *s)
{
    Result r;
    TRY(db_get(q, a, &r,
               "SELECT " DEADLINE_COLUMNS ", ended_at, outcome FROM clock_end WHERE site = $1 AND "
               "case_id = $2 ORDER BY seq DESC, clock, party",
               VALS(vi(h->site), vi(h->id))));
    c->clocks = arena_array(a, (size_t)(s->clocks_n + r.rows) + 1, sizeof *c->clocks);
    memcpy(c->clocks, s->clocks, (size_t)s->clocks_n * sizeof *c->clocks);
    c->clocks_n = s->clocks_n;
    for (int i = 0; i < r.rows; i++) {
        Deadline *d = &c->clocks[c->clocks_n++];
        load_deadline(&r, i, d);
        d->ended = true;
        d->ended_at = res_int(&r, i, 12);
        d->outcome = res_text(&r, i, 13);
    }
    return OK;
}

static void load_values(Arena *a, const char *data, Event *e)
{
    In in;
    Errors err = {.a = a};
    if (!data || input_json(a, data, strlen(data), true, &in, &err) != OK || in.kind != IN_LIST)
        return;
    e->v = arena_array(a, (size_t)in.len + 1, sizeof *e->v);
    for (int i = 0; i < in.len; i++)
        e->v[e->n++] = (EventValue){.field = in_text(&in.items[i], "f"),
                                    .old = in_text(&in.items[i], "o"),
                                    .new = in_text(&in.items[i], "n"),
                                    .erased = in_text(&in.items[i], "erased")};
}

static int load_events(Reader *q, Arena *a, const Head *h, bool outside, Case *c)
{
    Result r;
    TRY(db_get(q, a, &r,
               "SELECT id, seq, at, actor, action, actor_name, state_from, state_to, note, "
               "channel, internal, "
               "data FROM event WHERE site = $1 AND case_id = $2 AND internal <= $3 ORDER BY seq",
               VALS(vi(h->site), vi(h->id), vi(outside ? 0 : 1))));
    c->events = arena_array(a, (size_t)r.rows + 1, sizeof *c->events);
    for (int i = 0; i < r.rows; i++) {
        Event *e = &c->events[c->events_n++];
        *e = (Event){.id = res_int(&r, i, 0),
                     .seq = res_int(&r, i, 1),
                     .at = res_int(&r, i, 2),
                     .actor = res_int(&r, i, 3),
                     .action = res_text(&r, i, 4),
                     .actor_name = res_text(&r, i, 5),
                     .from = res_text(&r, i, 6),
                     .to = res_text(&r, i, 7),
                     .note = res_text(&r, i, 8),
                     .channel = res_text(&r, i, 9),
                     .internal = res_int(&r, i, 10) != 0};
        load_values(a, res_text(&r, i, 11), e);
    }
    return OK;
}

/* The value, and the input of the act that set it. */
static void hide_in_event(Event *e, const char *field)
{
    bool set_here = false;
    for (int v = 0; v < e->n; v++) set_here |= strcmp(e->v[v].field, field) == 0;
    for (int v = 0; set_here && v < e->n; v++)
        if (strcmp(e->v[v].field, field) == 0 || strncmp(e->v[v].field, "in.", 3) == 0)
            e->v[v].old = e->v[v].new = "已保密";
}

/* What the mask hides in the row is hidden in its history, and the firm among the participants. */
static int hide_values(Reader *q, Arena *a, const Record *r, Case *c)
{
    const Head *h = c->row;
    if (!r->sensitive || !r->sensitive(c->row)) return OK;
    void *raw = arena_get(a, r->size);
    TRY(rec_get(q, a, r, h->site, h->id, raw));
    const Field *firm =
        rec_field(r, "enterprise"); /* hidden itself: then among the participants too */
    bool hidden = firm && !rec_same(firm, raw, c->row);
    for (int i = 0; i < r->n; i++) {
        if (rec_same(&r->f[i], raw, c->row)) continue;
        for (int k = 0; k < c->events_n; k++) hide_in_event(&c->events[k], r->f[i].name);
    }
    int n = 0;
    for (int i = 0; i < c->work_n; i++)
        if (!hidden ||
            (strcmp(c->work[i].role, "enterprise") != 0 && strcmp(c->work[i].role, "author") != 0))
            c->work[n++] = c->work[i];
    c->work_n = n;
    return OK;
}

int case_load(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, int64_t id,
              int what, int64_t now, Case *out)
{
    *out = (Case){.rec = r, .row = arena_get(a, r->size)};
    TRY(rec_see(q, d, a, who, r, id, out->row, &out->relations));
    if (who->code_case == id) out->relations |= W_PUBLIC;
    if (!r->flow)
        return what & CASE_EVENTS ? load_events(q, a, out->row, is_outside(who), out) : OK;
    Step *s = NEW(a, Step);
    Errors *e = NEW(a, Errors);
    e->a = a;
    *s = (Step){.q = q,
                .a = a,
                .desk = d,
                .who = who,
                .rec = r,
                .flow = r->flow,
                .now = now,
                .errors = e,
                .row = out->row,
                .relations = out->relations};
    TRY(step_load(s));
    TRY(load_ended(q, a, out->row, out, s));
    out->marks = s->marks;
    out->marks_n = s->marks_n;
    out->requests = s->requests;
    for (int i = 0; i < s->requests_n;
         i++) /* those outside see what they asked, and what was agreed */
        if (!is_outside(who) || s->requests[i].by_account == who->account ||
            strcmp(s->requests[i].state, "agreed") == 0)
            out->requests[out->requests_n++] = s->requests[i];
    out->work = s->work;
    out->work_n = s->work_n;
    if (what & CASE_ACTIONS) out->actions_n = step_open(s, out->actions, COUNT(out->actions));
    if (what & CASE_EVENTS) TRY(load_events(q, a, out->row, is_outside(who), out));
    return hide_values(q, a, r, out);
}

const char *light(int64_t now, const Deadline *d)
{
    if (d->ended) return NULL;
    return now > d->due_at ? "red" : now >= d->warn_at ? "yellow" : "green";
}

/* The party as the API names it: "41/7" (a second request with one decider) is 41. */
static const char *party_name(Out *o, const char *party)
{
    size_t n = strcspn(party, "/");
    return party[n] ? arena_copy(o->a, party, n) : party;
}

static void clock_json(const Deadline *d, int64_t now, Out *o)
{
    const char *color = light(now, d);
    out_f(o, "{\"clock\":\"%s\",\"party\":\"%s\",\"started_at\":", d->clock,
          party_name(o, d->party));
    out_json_time(o, (Time){d->started_at, true});
    out_raw(o, ",\"warn_at\":");
    out_json_time(o, (Time){d->warn_at, true});
    out_raw(o, ",\"due_at\":");
    out_json_time(o, (Time){d->due_at, true});
    out_raw(o, ",\"ended_at\":");
    out_json_time(o, (Time){d->ended_at, d->ended});
    out_raw(o, ",\"outcome\":");
    out_json(o, d->ended ? d->outcome : NULL);
    out_raw(o, ",\"light\":");
    out_json(o, color);
    out_raw(o, "}");
}

void request_json(const Request *r, Out *o)
{
    out_raw(o, "{\"id\":");
    out_json_id(o, r->id);
    out_f(o, ",\"kind\":\"%s\",\"by\":", r->kind);
    out_json(o, r->by);
    out_raw(o, ",\"reason\":");
    out_json(o, r->reason);
    out_f(o, ",\"state\":\"%s\",\"asked_at\":", r->state);
    out_json_time(o, (Time){r->asked_at, true});
    out_raw(o, ",\"due_at\":");
    out_json_time(o, (Time){r->due_at, true});
    out_raw(o, ",\"decided_by\":");
    out_json(o, r->decided_by);
    out_raw(o, ",\"decision\":");
    out_json(o, r->decision);
    out_f(o, ",\"input\":%s}", r->input);
}

static void mark_json(const Mark *m, Out *o)
{
    out_raw(o, "{\"id\":");
    out_json_id(o, m->id);
    out_f(o, ",\"kind\":\"%s\",\"level\":%d,\"opened_by\":", m->kind, m->level);
    out_json(o, m->by);
    out_raw(o, ",\"text\":");
    out_json(o, m->text);
    out_raw(o, ",\"owner\":");
    /* a department or account by its id, a desk that a role shares by the role */
    out_json(o, m->owner > 0 ? arena_f(o->a, "%lld", (long long)m->owner) : m->owner_role);
    out_raw(o, ",\"owner_role\":");
    out_json(o, m->owner_role);
    out_raw(o, ",\"opened_at\":");
    out_json_time(o, (Time){m->opened_at, true});
    out_raw(o, ",\"closed_at\":");
    out_json_time(o, (Time){m->closed_at, m->closed_at != 0});
    out_raw(o, ",\"answer\":");
    out_json(o, m->answer);
    out_raw(o, ",\"closed_by\":");
    out_json(o, m->closed_by);
    out_raw(o, "}");
}

void case_json(Desk *d, const Case *c, int64_t now, Lang lang, Out *o)
{
    (void)d;
    (void)lang;
    out_raw(o, ",\"clocks\":[");
    for (int i = 0; i < c->clocks_n; i++) {
        if (i) out_raw(o, ",");
        clock_json(&c->clocks[i], now, o);
    }
    out_raw(o, "],\"actions\":[");
    for (int i = 0; i < c->actions_n; i++) out_f(o, "%s\"%s\"", i ? "," : "", c->actions[i]->name);
    out_raw(o, "],\"requests\":[");
    for (int i = 0; i < c->requests_n; i++) {
        if (i) out_raw(o, ",");
        request_json(&c->requests[i], o);
    }
    out_raw(o, "],\"marks\":[");
    for (int i = 0; i < c->marks_n; i++) {
        if (i) out_raw(o, ",");
        mark_json(&c->marks[i], o);
    }
    out_raw(o, "],\"participants\":[");
    for (int i = 0; i < c->work_n; i++) {
        out_f(o, "%s{\"party\":\"%lld\",\"role\":\"%s\"}", i ? "," : "",
              (long long)c->work[i].party, c->work[i].role);
    }
    out_raw(o, "]");
}

void event_json(const Record *rec, int64_t case_id, const Event *e, Out *o)
{
    out_raw(o, "{\"id\":");
    out_json_id(o, e->id);
    out_f(o, ",\"%s\":", rec->name);
    out_json_id(o, case_id);
    out_f(o, ",\"seq\":%lld,\"action\":", (long long)e->seq);
    out_json(o, e->action);
    out_raw(o, ",\"actor\":");
    out_json(o, e->actor_name);
    out_raw(o, ",\"from\":");
    out_json(o, e->from);
    out_raw(o, ",\"to\":");
    out_json(o, e->to);
    out_raw(o, ",\"at\":");
    out_json_time(o, (Time){e->at, true});
    out_raw(o, ",\"note\":");
    out_json(o, e->note);
    out_raw(o, "}");
}
