/* sent: the page after a whistle was sent. Its address holds a sealed text that opens it for ten minutes;
   the query code is nowhere else. */
#include "modules/whistle/outside_own.h"

#include <string.h>

typedef struct Sent {
    const Whistle *w;
    Ahead ahead;
    bool insider, staff, twice;
    const char *code, *phone, *progress;
    const char *route, *contact; /* lengths, in words */
} Sent;

#include "modules/whistle/sent.html.h"

static const char *length_of(Req *q, const char *clock)
{
    Span span;
    return profile_span(q->desk, q->who.site, NULL, 0, clock, &span) ? span_text(q, span) : "—";
}

/* "138****1234": the part of a sealed number that may be shown. */
static const char *masked(Req *q, const Sealed *phone)
{
    return phone->box ? arena_copy(q->a, phone->box, strcspn(phone->box, "|")) : "";
}

static const char *progress_path(Req *q, const Access *from, const Sent *s)
{
    if ((s->insider && !s->w->anonymous) || s->staff)
        return arena_f(q->a, "/whistles/%lld", (long long)from->id);
    Out o = {.a = q->a};
    out_raw(&o, "/q?t=");
    put_url_s(&o, access_token(q, "progress", from));
    return o.s;
}

int sent_page(Req *q)
{
    Access from;
    Case c;
    const char *token = req_arg(q, "t");
    Sent s = {.twice = access_open(q, "sent twice", token, &from)};
    q->no_store = true;
    if (!s.twice && !access_open(q, "sent", token, &from)) {
        shell_begin(q, "过了 10 分钟，这里不再显示");
        sent_over_html(&q->out);
        return shell_end(q, 200);
    }
    Viewer who = access_viewer(q, &from);
    TRY(case_load(q->q, q->desk, q->a, &who, &whistle_record, from.id, 0, q->now, &c));
    s.w = c.row;
    s.code = from.code;
    s.insider = q->who.role == ROLE_ENTERPRISE;
    s.staff = !*s.code;
    s.phone = masked(q, &s.w->contact_phone);
    s.ahead = ahead_from(q, s.w->submitted_at.v, is_consult(s.w));
    s.route = length_of(q, "route");
    s.contact = length_of(q, "contact");
    s.progress = progress_path(q, &from, &s);
    shell_begin(q, SAY(q, "已收到 %1", s.w->h.number));
    sent_html(&q->out, q, &s);
    return shell_end(q, 200);
}
