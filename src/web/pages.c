/* pages: the short pages at the foot of every page. /privacy lists the sealed fields from the records
   themselves, so that it cannot fall behind. */
#include "web/shell.h"
#include "web/web_own.h"

#include "web/pages.html.h"

#include <string.h>

static int home(Req *q)
{
    if (!q->who.account) return see_other(q, "/login");
    shell_begin(q, "工作台");
    home_html(&q->out, shell_brand(q));
    return shell_end(q, 200);
}

static int a11y(Req *q)
{
    shell_begin(q, "无障碍说明");
    a11y_html(&q->out);
    return shell_end(q, 200);
}

static int privacy(Req *q)
{
    Out rows = {.a = q->a, .lang = q->out.lang};
    for (int i = 0; q->desk->records[i]; i++) {
        const Record *r = q->desk->records[i];
        for (int k = 0; k < r->n; k++)
            if (r->f[k].kind == K_SEALED && !r->f[k].hidden)
                privacy_row_html(&rows, shell_words(q, r->zh, r->en),
                                 shell_words(q, r->f[k].zh, r->f[k].en),
                                 tr(q->out.lang, "加密保存，平时只显示首尾几位"));
    }
    shell_begin(q, "个人信息处理规则");
    privacy_html(&q->out, (Html){str_of(&rows)});
    return shell_end(q, 200);
}

static int help(Req *q)
{
    shell_begin(q, "帮助");
    help_html(&q->out);
    return shell_end(q, 200);
}

const Route page_routes[] = {
    {"GET", "/", .flags = R_PUBLIC, .run = home, .zh = "首页"},
    {"GET", "/a11y", .flags = R_PUBLIC, .run = a11y, .zh = "无障碍说明"},
    {"GET", "/privacy", .flags = R_PUBLIC, .run = privacy, .zh = "个人信息处理规则"},
    {"GET", "/help", .flags = R_PUBLIC, .run = help, .zh = "帮助"},
    {0},
};
