/* standing: how far a case is, in one sentence with its clock, and its stages; for the enterprise. */
#include "modules/whistle/outside_own.h"

#include <string.h>

enum { STAGES_MAX = 4 };
typedef struct Stage {
    const char *name, *when;
    bool done, now;
} Stage;

#include "modules/whistle/standing.html.h"

const Deadline *case_clock(const Case *c, const char *clock, const char *party)
{
    for (int i = 0; i < c->clocks_n; i++) {
        const Deadline *d = &c->clocks[i];
        if (!d->ended && strcmp(d->clock, clock) == 0 && (!party || strcmp(d->party, party) == 0))
            return d;
    }
    return NULL;
}

/* The clock that the enterprise waits for now, and how its sentence goes with and without a time. */
typedef struct Counting {
    const Deadline *d;
    const char *with, *without;
} Counting;

static Counting in_work(const Case *c)
{
    const Deadline *contact = case_clock(c, "contact", "enterprise"),
                   *rework = case_clock(c, "rework", NULL);
    const Whistle *w = c->row;
    if (w->reworks.v > 2 && case_clock(c, "level", NULL))
        return (Counting){case_clock(c, "level", NULL), "已提级会商，%1 前定最终答复", ""};
    if (rework) return (Counting){rework, "正在重办，%1 前再答复您", ""};
    if (contact) return (Counting){contact, "正在办理，%1 前联系您", ""};
    return (Counting){case_clock(c, "resolve", "enterprise"), "正在办理，%1 前答复", "正在办理"};
}

static Counting counting(const Case *c)
{
    const Whistle *w = c->row;
    switch (w->h.state) {
    case SUBMITTED:
        return (Counting){case_clock(c, "route", NULL), "等派单，%1 前定下主办部门", "等派单"};
    case DISPATCHED:
        if (w->anonymous)
            return (Counting){case_clock(c, "resolve", "enterprise"), "已派单，%1 前答复",
                              "已派单"};
        return (Counting){case_clock(c, "contact", "enterprise"), "已派单，%1 前联系您", "已派单"};
    case OBJECTED:
        return (Counting){case_clock(c, "objection_decide", NULL),
                          "部门说不归它管，%1 前定下由谁办", "部门说不归它管，督办员在定"};
    case HANDLING: return in_work(c);
    case REPLIED:
        if (case_clock(c, "evaluate", NULL))
            return (Counting){case_clock(c, "evaluate", NULL), "已答复，请您 %1 前评价", ""};
        return (Counting){case_clock(c, "callback", NULL), "已答复，回访员 %1 前打电话问您",
                          "已答复，请您评价"};
    case CLOSED: return (Counting){NULL, "", "已办结"};
    case NOT_ACCEPTED: return (Counting){NULL, "", "不予受理"};
    case WITHDRAWN: return (Counting){NULL, "", "您已撤回"};
    default: return (Counting){NULL, "", "—"};
    }
}

const Deadline *standing_clock(const Case *c)
{
    return counting(c).d;
}

/* Other clocks of the enterprise that run beside the one in the headline. */
static void others(Req *q, const Case *c, const Deadline *shown)
{
    for (int i = 0; i < c->clocks_n; i++) {
        const Deadline *d = &c->clocks[i];
        bool ours = strcmp(d->clock, "contact") == 0 || strcmp(d->clock, "resolve") == 0;
        if (d->ended || d == shown || !ours || strcmp(d->party, "enterprise") != 0) continue;
        clock_line_html(&q->out, word(q, clock_zh(d->clock)), when_text(q, d->due_at),
                        light_of(q, d));
        why_block(q, d);
    }
}

static const char *value_of(const Event *e, const char *field)
{
    for (int i = 0; i < e->n; i++)
        if (strcmp(e->v[i].field, field) == 0) return e->v[i].new;
    return NULL;
}

static void extensions(Req *q, const Case *c)
{
    int n = 0;
    const char *reason = NULL;
    for (int i = 0; i < c->events_n; i++) {
        const char *kind = value_of(&c->events[i], "in.kind"),
                   *said = value_of(&c->events[i], "in.decision");
        if (!kind || !said || strcmp(kind, "extend") != 0 || strcmp(said, "agreed") != 0) continue;
        reason = value_of(&c->events[i], "in.reason");
        n++;
    }
    if (n)
        clock_note_html(&q->out,
                        SAY(q, "延期 %1 次。理由：%2", digits(q, n), reason ? reason : "—"));
}

/* What an end says: why, where to turn, and the way back. */
static void ending(Req *q, const Whistle *w)
{
    if (w->h.state == NOT_ACCEPTED) {
        clock_note_html(&q->out,
                        SAY(q, "理由：%1", choice_word(q, refuse_reasons, w->refuse_reason)));
        clock_lines_html(&q->out, lines_html(q, w->refuse_route));
        if (w->contest_until.has)
            clock_note_html(
                &q->out, SAY(q, "不同意，可在 %1 前申辩一次。", when_text(q, w->contest_until.v)));
    }
    if (w->h.state == CLOSED) {
        const char *said = w->solved.has ? word(q, w->solved.v == YES ? "已解决" : "未解决") : NULL;
        clock_note_html(&q->out, said ? SAY(q, "您的评价：%1，%2", said,
                                            choice_word(q, satisfactions, w->satisfied))
                                      : word(q, "没有评价，不算满意。"));
    }
    if ((w->h.state == CLOSED || w->h.state == WITHDRAWN) && w->reopen_until.has &&
        w->reopen_until.v >= q->now)
        clock_note_html(&q->out,
                        SAY(q, "又出现问题，可在 %1 前要求重新办理一次；过后要督办员同意。",
                            when_text(q, w->reopen_until.v)));
}

/* ---- stages ---- */

static Stage stage(const char *name, const char *when, bool done, bool now)
{
    return (Stage){name, when, done, now};
}

static const char *until(Req *q, const Deadline *d)
{
    if (!d) return "";
    if (time_day((Time){d->due_at, true}).v == q->today.v)
        return SAY(q, "%1 前", when_text(q, d->due_at));
    return SAY(q, "%1前", date_text(q, d->due_at));
}

static int stages_of(Req *q, const Case *c, Stage *out)
{
    const Whistle *w = c->row;
    bool replied = w->h.state == REPLIED || w->h.state == CLOSED, sent = w->dispatched_at.has;
    const Deadline *contact = case_clock(c, "contact", "enterprise");
    bool contact_now = sent && contact && !w->contacted_at.has;
    int n = 0;
    if (sent)
        out[n++] = stage(word(q, "已派单"), date_text(q, w->dispatched_at.v), true, false);
    else if (!replied)
        out[n++] = stage(word(q, "派单"), until(q, case_clock(c, "route", NULL)), false, true);
    if (w->contacted_at.has)
        out[n++] = stage(word(q, "已联系"), date_text(q, w->contacted_at.v), true, false);
    else if (!w->anonymous && (sent || !replied))
        out[n++] =
            stage(word(q, "联系"), sent && !contact ? word(q, "没有记录") : until(q, contact),
                  false, contact_now);
    if (replied)
        out[n++] = stage(word(q, "已答复"), date_text(q, w->replied_at.v), true, false);
    else
        out[n++] = stage(word(q, w->reworks.v           ? "重办"
                                 : sent && !contact_now ? "办理中"
                                                        : "办理"),
                         until(q, w->reworks.v ? case_clock(c, "rework", NULL)
                                               : case_clock(c, "resolve", "enterprise")),
                         false, sent && !contact_now);
    bool rated = w->rated_at.has && w->h.state == CLOSED;
    out[n++] = stage(word(q, rated ? "您已评价" : "您评价"),
                     rated     ? date_text(q, w->rated_at.v)
                     : replied ? until(q, case_clock(c, "evaluate", NULL))
                               : word(q, "答复以后"),
                     rated, w->h.state == REPLIED);
    return n;
}

void standing_block(Req *q, const Case *c)
{
    const Whistle *w = c->row;
    Counting x = counting(c);
    clock_begin_html(&q->out,
                     x.d                          ? light_class(q, x.d)
                     : w->h.state == NOT_ACCEPTED ? "is-late"
                                                  : "",
                     x.d ? SAY_HTML(q, x.with, when_long(q, x.d->due_at))
                         : word_html(q, x.without));
    if (x.d) clock_line_html(&q->out, "", "", light_of(q, x.d));
    extensions(q, c);
    if (x.d) why_block(q, x.d);
    others(q, c, x.d);
    ending(q, w);
    clock_end_html(&q->out);
    Stage s[STAGES_MAX];
    if (w->h.state != NOT_ACCEPTED && w->h.state != WITHDRAWN)
        stages_html(&q->out, s, stages_of(q, c, s));
}
