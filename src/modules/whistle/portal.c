/* portal: the first page of those who have not signed in. */
#include "modules/whistle/outside_own.h"

#include "modules/whistle/ahead.html.h"
#include "modules/whistle/portal.html.h"

int portal_page(Req *q)
{
    Ahead a = ahead_from(q, q->now, false);
    shell_begin(q, "企业吹哨，部门响应");
    portal_html(&q->out, q, &a, hours_text(q));
    return shell_end(q, 200);
}
