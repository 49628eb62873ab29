/* testclock: POST /api/v1/test/clock {now}: only in a folder made by init --test. The clock then
   stands still until it is set again; it never goes back. */
#include "app/app.h"
#include "desk/tick.h"

static int answer(Req *q, int fired)
{
    out_raw(&q->out, "{\"now\":");
    out_json_time(&q->out, (Time){desk_now(q->desk), true});
    if (fired >= 0) out_f(&q->out, ",\"fired\":%d", fired);
    out_raw(&q->out, "}");
    return reply_json(q, 200);
}

static int show(Req *q)
{
    return q->desk->test ? answer(q, -1) : E_MISSING;
}

static int set(Req *q)
{
    Desk *d = q->desk;
    Time t;
    if (!d->test) return E_MISSING;
    const char *now = in_text(q->body, "now");
    if (!now || !time_parse(now, &t)) {
        error_add(&q->errors, "now", "应为时间，如 2026-03-18T10:20:00+08:00",
                  "should be an instant such as 2026-03-18T10:20:00+08:00");
        return E_INPUT;
    }
    if (t.v < d->test_now) {
        error_add(&q->errors, "now", "不能早于测试时钟现在的时间",
                  "may not be earlier than the test clock is now");
        return E_INPUT;
    }
    TRY(setting_set(d->db, 0, "test_clock", arena_f(q->a, "%lld", (long long)t.v)));
    d->test_now = t.v;
    int fired = tick_run(d, t.v);
    return fired < 0 ? fired : answer(q, fired);
}

enum { OPEN = R_PUBLIC | R_NO_CSRF };
static const Route routes[] = {
    {"GET", "/api/v1/test/clock", OPEN, .run = show, .zh = "测试时钟（只在测试目录里）"},
    {"POST", "/api/v1/test/clock", OPEN | R_SLOW, .run = set, .zh = "拨测试时钟（只在测试目录里）"},
    {0}};
const Module app_module = {.name = "app", .routes = routes};
