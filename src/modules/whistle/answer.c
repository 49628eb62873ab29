/* answer: the reply and the enterprise's last word: answer at once, reply, evaluate, call back, close
   unrated, reopen. Silence is never counted as satisfied. */
#include "modules/whistle/whistle_own.h"

#include <string.h>

enum { REWORKS_MAX = 2, CALLS_DAYS_MIN = 2, OVERRIDE_DAYS = 5, LATE_DAYS = 30 };

static int start_evaluate(Step *s)
{
    const Whistle *w = s->row;
    return step_clock(s, "evaluate", "enterprise", w->anonymous ? 0 : w->enterprise.v, "enterprise",
                      NULL, 0)
               ? OK
               : E_DB;
}

/* What ends when a reply goes out: the clocks of the work, open questions, urges and levels. */
static int replied(Step *s)
{
    /* what the reply itself fulfils, and what it makes needless */
    static const char *const met[] = {"rework", "resolve"};
    static const char *const over[] = {"contact", "answer", "ask", "acknowledge", "sign"};
    Whistle *w = s->row;
    for (int i = 0; i < COUNT(met); i++) step_clock_met(s, met[i], NULL, s->now);
    for (int i = 0; i < COUNT(over); i++) step_clock_stop(s, over[i], NULL);
    for (int i = 0; i < s->marks_n; i++) {
        Mark *m = &s->marks[i];
        if (!m->closed_at && (strcmp(m->kind, "ask") == 0 || strcmp(m->kind, "urge") == 0))
            step_mark_close(s, m, "replied");
    }
    close_levels(s, "replied");
    w->replied_at = (Time){s->now, true};
    w->solved = w->satisfied = w->feedback_by = w->reached = (Pick){0};
    w->words = w->ratings = NULL;
    w->rated_at = (Time){0};
    w->called_twice = false;
    return start_evaluate(s);
}

/* ---- answer at once ---- */

bool can_answer_now(const Step *s)
{
    const Whistle *w = s->row;
    return is_consult(w) && !w->replied_at.has;
}

int answer_now_before(Step *s)
{
    const Whistle *w = s->row;
    if (!is_consult(w))
        return error_say(s->errors, E_CLASH, "只有咨询类可以当场答复，其他类别请派单",
                         "only consultations may be answered at once; dispatch the others");
    if (w->replied_at.has)
        return error_say(s->errors, E_CLASH, "企业说没有解决，这次必须派单",
                         "the enterprise said it was not solved: this time it must be dispatched");
    return OK;
}

int answer_now_after(Step *s)
{
    const AnswerNowIn *in = s->in;
    Whistle *w = s->row;
    w->outcome = (Pick){OUTCOME_EXPLAINED, true};
    w->reply = arena_f(s->a, "%s\n依据：%s", in->text, in->basis);
    return replied(s);
}

/* ---- reply ---- */

static bool waits_for_order(const Step *s)
{
    const Whistle *w = s->row;
    return w->reworks.v > REWORKS_MAX && !w->final_reply;
}

bool can_reply(const Step *s)
{
    return !waits_for_order(s);
}

uint64_t reply_second(Step *s)
{
    const ReplyIn *in = s->in;
    return in->outcome.v == OUTCOME_SOLVED ? 0 : W_LEAD_HEAD;
}

int reply_before(Step *s)
{
    if (waits_for_order(s))
        return error_say(
            s->errors, E_CLASH, "企业第三次说没有解决，要等督办会商定出最终答复的期限",
            "the third \"not solved\": wait until the level's owner orders the final reply");
    return OK;
}

int reply_after(Step *s)
{
    const ReplyIn *in = s->in;
    Whistle *w = s->row;
    w->outcome = in->outcome;
    w->reply = in->text;
    w->reply_call = in->call;
    s->to = REPLIED; /* also when an agreed request brings it here */
    return replied(s);
}

/* ---- evaluate ---- */

/* Closed without a rating: accepted late for 30 days. Closed by a call-back: the enterprise may set it
   right within 5 working days. */
static bool late_is_open(const Step *s)
{
    const Whistle *w = s->row;
    const Calendar *c = s->desk->calendar;
    if (!w->closed_at.has) return false;
    if (!w->rated_at.has)
        return s->now <= calendar_due(c, w->closed_at.v, (Span){LATE_DAYS, UNIT_D}, false);
    return w->feedback_by.has && w->feedback_by.v == BY_CALLBACK &&
           s->now <= calendar_due(c, w->closed_at.v, (Span){OVERRIDE_DAYS, UNIT_WD}, false);
}

bool can_evaluate(const Step *s)
{
    const Whistle *w = s->row;
    return w->h.state == REPLIED || late_is_open(s);
}

static int check_ratings(Step *s, const char *text)
{
    for (const char *at = text; at && *at;) {
        size_t n = strcspn(at, ",");
        const char *one = arena_copy(s->a, at, n), *colon = strchr(one, ':');
        int64_t id;
        if (!colon || !num_parse(arena_copy(s->a, one, (size_t)(colon - one)), &id) ||
            choice_index(satisfactions, colon + 1) < 0) {
            error_add(s->errors, "departments", "应为“部门编号:yes|basically|no”，逗号分隔",
                      "should be department:yes|basically|no, separated by commas");
            return OK;
        }
        at += n + (at[n] == ',');
    }
    return OK;
}

int evaluate_before(Step *s)
{
    const EvaluateIn *in = s->in;
    if (!can_evaluate(s))
        return error_say(s->errors, E_CLASH, "这一事项已经评价过，或评价期已过",
                         "this case has been rated, or the time to rate is over");
    return check_ratings(s, in->departments);
}

static int close_rated(Step *s, int by)
{
    Whistle *w = s->row;
    Span span;
    step_clock_met(s, "evaluate", NULL, s->now);
    step_clock_met(s, "callback", NULL, s->now);
    if (!w->closed_at.has) {
        w->closed_at = (Time){s->now, true};
        w->closed_by = (Pick){by, true};
    }
    if (!w->reopen_until.has && profile_span(s->desk, w->h.site, NULL, 0, "reopen", &span))
        w->reopen_until = (Time){calendar_due(s->desk->calendar, s->now, span, false), true};
    s->to = CLOSED;
    return OK;
}

static int start_rework(Step *s)
{
    const Whistle *w = s->row;
    return step_clock(s, "rework", party_id(s, w->lead.v), w->lead.v, "handler", w->profile,
                      (int)w->profile_version.v)
               ? OK
               : E_DB;
}

/* "Not solved": back to the lead; to the desk when nobody leads; the third time to level 2. */
static int not_solved(Step *s)
{
    Whistle *w = s->row;
    step_clock_met(s, "evaluate", NULL, s->now);
    step_clock_met(s, "callback", NULL, s->now);
    w->closed_at = (Time){0};
    w->closed_by = (Pick){0};
    if (!w->lead.has) {
        s->to = SUBMITTED;
        return start_route(s);
    }
    s->to = HANDLING;
    w->reworks = (Num){w->reworks.v + 1, true};
    if (w->reworks.v <= REWORKS_MAX) return start_rework(s);
    w->final_reply = false;
    return open_level(s, 2, "企业第三次评价未解决");
}

static int take_feedback(Step *s, Pick solved, Pick satisfied, const char *words, int by)
{
    Whistle *w = s->row;
    w->solved = solved;
    w->satisfied = satisfied;
    w->words = words;
    w->feedback_by = (Pick){by, true};
    w->reached = by == BY_CALLBACK ? (Pick){YES, true} : w->reached;
    w->rated_at = (Time){s->now, true};
    bool again =
        solved.v == NO && !w->final_reply; /* after the final reply any evaluation closes */
    return again ? not_solved(s) : close_rated(s, by);
}

int evaluate_after(Step *s)
{
    const EvaluateIn *in = s->in;
    Whistle *w = s->row;
    w->ratings = in->departments;
    return take_feedback(s, in->solved, in->satisfied, in->words, BY_ENTERPRISE);
}

/* ---- call back ---- */

bool can_call_back(const Step *s)
{
    return step_running((Step *)(uintptr_t)s, "callback", NULL) != NULL;
}

int call_back_before(Step *s)
{
    const CallBackIn *in = s->in;
    const Whistle *w = s->row;
    if (!can_call_back(s))
        return error_say(s->errors, E_CLASH, "回访还没有开始：先等企业自己评价",
                         "call-back has not begun: the enterprise may still rate by itself");
    if (s->who->dept && s->who->dept == w->lead.v)
        return error_say(s->errors, E_DENIED, "主办部门的人不能回访",
                         "call-back is not for the lead department");
    if (in->at.v > s->now) error_add(s->errors, "at", "不能晚于现在", "may not be later than now");
    if (in->at.has && in->at.v < minute_of(w->replied_at.v))
        error_add(s->errors, "at", "不能早于答复", "may not be before the reply");
    if (in->result.v != RESULT_REACHED) return OK;
    if (!in->solved.has)
        error_add(s->errors, "solved", "接通时要记企业的回答",
                  "is needed when the enterprise was reached");
    if (!in->satisfied.has)
        error_add(s->errors, "satisfied", "接通时要记企业的回答",
                  "is needed when the enterprise was reached");
    return OK;
}

int call_back_after(Step *s)
{
    static const char *const names[] = {"reached", "no_answer", "refused"};
    const CallBackIn *in = s->in;
    Whistle *w = s->row;
    Mark *m = step_mark(s, "call", 0, DESK_CALLBACK, "callback", names[in->result.v]);
    if (!m) return E_LARGE;
    m->opened_at = in->at.v;
    step_mark_close(s, m, names[in->result.v]);
    if (in->result.v != RESULT_REACHED) return OK;
    step_tell(
        s, w->enterprise.v, "",
        arena_f(s->a, "%s：已按您的电话回答记录评价，不对可在 5 个工作日内改", w->h.number),
        arena_f(s->a,
                "%s: your answers were recorded; you may set them right within 5 working days",
                w->h.number));
    return take_feedback(s, in->solved, in->satisfied, in->words, BY_CALLBACK);
}

/* ---- clocks of the end ---- */

int evaluate_over(Step *s)
{
    const Whistle *w = s->row;
    step_clock_met(s, "evaluate", NULL, s->now + 1); /* missed: the enterprise said nothing */
    if (w->anonymous) return close_unrated(s);
    step_tell(s, DESK_CALLBACK, "", arena_f(s->a, "%s：企业没有评价，请回访", w->h.number),
              arena_f(s->a, "%s: not rated, please call back", w->h.number));
    step_tell(s, w->enterprise.v, "", arena_f(s->a, "%s：还没有评价，会有人回访您", w->h.number),
              arena_f(s->a, "%s: not rated yet; someone will call you", w->h.number));
    return step_clock(s, "callback", "desk", DESK_CALLBACK, "callback", NULL, 0) ? OK : E_DB;
}

int close_unrated(Step *s)
{
    Whistle *w = s->row;
    s->event = "close_unrated";
    if (step_marks_count(s, "call") > 0) w->reached = (Pick){NO, true};
    return close_rated(s, BY_CLOCK);
}

static int call_days(const Step *s)
{
    int64_t days[STEP_MARKS_MAX];
    int n = 0;
    for (int i = 0; i < s->marks_n; i++) {
        const Whistle *w = s->row;
        if (strcmp(s->marks[i].kind, "call") != 0 || s->marks[i].opened_at < w->replied_at.v)
            continue;
        int64_t day = time_day((Time){s->marks[i].opened_at, true}).v;
        bool seen = false;
        for (int k = 0; k < n; k++) seen |= days[k] == day;
        if (!seen) days[n++] = day;
    }
    return n;
}

static int calls(const Step *s)
{
    const Whistle *w = s->row;
    int n = 0;
    for (int i = 0; i < s->marks_n; i++)
        n += strcmp(s->marks[i].kind, "call") == 0 && s->marks[i].opened_at >= w->replied_at.v;
    return n;
}

int callback_over(Step *s)
{
    Whistle *w = s->row;
    const Profile *p = profile_find(s->desk, w->h.site, NULL, 0);
    bool enough = calls(s) >= (p ? p->callback_attempts : 3) && call_days(s) >= CALLS_DAYS_MIN;
    step_clock_met(s, "callback", NULL, s->now + 1);
    if (enough || w->called_twice) return close_unrated(s);
    w->called_twice = true;
    step_tell(s, DESK_SUPERVISE, "", arena_f(s->a, "%s：回访次数不够，已重开一次", w->h.number),
              arena_f(s->a, "%s: too few call-backs; the clock starts once more", w->h.number));
    return step_clock(s, "callback", "desk", DESK_CALLBACK, "callback", NULL, 0) ? OK : E_DB;
}

/* ---- reopen ---- */

bool can_reopen(const Step *s)
{
    const Whistle *w = s->row;
    return w->h.number != NULL;
}

int reopen_before(Step *s)
{
    (void)s;
    return OK;
}

/* Once in 30 days by the enterprise itself; later or again the supervisor decides. */
uint64_t reopen_second(Step *s)
{
    const Whistle *w = s->row;
    bool free_once = w->reopened.v == 0 && w->reopen_until.has && s->now <= w->reopen_until.v;
    return free_once ? 0 : W_SUPERVISOR;
}

int reopen_after(Step *s)
{
    Whistle *w = s->row;
    w->reopened = (Num){w->reopened.v + 1, true};
    w->reworks = (Num){0};
    w->final_reply = w->called_twice = false;
    w->closed_at = w->reopen_until = w->rated_at = (Time){0};
    w->closed_by = w->solved = w->satisfied = w->feedback_by = w->reached = w->withdraw_reason =
        (Pick){0};
    w->words = w->ratings = NULL;
    if (!w->lead.has) {
        s->to = SUBMITTED;
        return start_route(s);
    }
    s->to = HANDLING;
    if (!w->handler.has) w->handler = (Ref){head_of(s, w->lead.v), head_of(s, w->lead.v) != 0};
    return start_rework(s);
}
