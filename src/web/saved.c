/* saved: a list's columns and the views that a person keeps of it. A view is the list's own address, so
   there is nothing to learn: what the link says is what the list shows. */
#include "desk/saved.h"

#include "web/shell.h"
#include "web/web_own.h"

#include "web/saved.html.h"

#include <string.h>

const char *saved_query(Req *q, const char *without)
{
    return query_text(q, param_is_passing, without);
}

static const char *path_of(Req *q, const char *list, const char *query)
{
    return *query ? arena_f(q->a, "/%s?%s", list, query) : arena_f(q->a, "/%s", list);
}

const char *saved_opening(Req *q, const char *list)
{
    Saved all[SAVED_MAX];
    if (q->query->len > 0 || !q->who.account) return NULL;
    int n = saved_all(q->q, q->a, &q->who, list, all);
    for (int i = 0; i < n; i++)
        if (!*all[i].name && *all[i].query) return path_of(q, list, all[i].query);
    return NULL;
}

/* ---- columns ---- */

bool saved_column(const Req *q, const char *name, bool usual)
{
    const In *in = in_get(q->query, "columns");
    if (!in || (in->kind == IN_TEXT && in->n == 0)) return usual;
    if (in->kind == IN_TEXT) return strcmp(in->s, name) == 0;
    for (int k = 0; in->kind == IN_LIST && k < in->len; k++)
        if (in->items[k].kind == IN_TEXT && strcmp(in->items[k].s, name) == 0) return true;
    return false;
}

static Html kept_of(Req *q)
{
    Out kept = {.a = q->a, .lang = q->out.lang};
    for (int i = 0; i < q->query->len; i++) {
        const In *in = &q->query->items[i];
        if (param_is_passing(in->name) || strcmp(in->name, "columns") == 0) continue;
        if (in->kind == IN_TEXT && in->n > 0) hidden_html(&kept, in->name, in->s);
        for (int k = 0; in->kind == IN_LIST && k < in->len; k++)
            hidden_html(&kept, in->name, in->items[k].s);
    }
    return (Html){str_of(&kept)};
}

static void columns(Req *q, const char *list, const ListColumn *c, int n)
{
    if (n == 0) return;
    columns_begin_html(&q->out, path_of(q, list, ""), kept_of(q));
    for (int i = 0; i < n; i++) column_html(&q->out, c[i].name, c[i].label, c[i].shown);
    columns_end_html(&q->out);
}

/* ---- on the list ---- */

void saved_bar(Req *q, const char *list, const ListColumn *c, int n)
{
    Saved all[SAVED_MAX];
    const char *query = saved_query(q, NULL);
    int saved = saved_all(q->q, q->a, &q->who, list, all), named = 0;
    for (int i = 0; i < saved; i++) {
        if (!*all[i].name) continue;
        if (named++ == 0) saved_begin_html(&q->out);
        saved_one_html(&q->out, path_of(q, list, all[i].query), all[i].name,
                       strcmp(all[i].query, query) == 0);
    }
    if (named) saved_end_html(&q->out);
    panel_begin_html(&q->out, n > 0);
    columns(q, list, c, n);
    keep_html(&q->out, form_hidden(q, -1), list, query);
    for (int i = 0; i < saved; i++) drop_html(&q->out, form_hidden(q, -1), list, all[i].name);
    panel_end_html(&q->out);
}

/* ---- POST /saved ---- */

static int wrong(Req *q, const char *field, const char *zh, const char *en)
{
    error_add(&q->errors, field, zh, en);
    return E_INPUT;
}

static int checked(Req *q, const char *list, const Saved *s, bool keep)
{
    const Record *r = list ? desk_plural(q->desk, list) : NULL;
    if (!r) return wrong(q, "list", "没有这个台账", "there is no such list");
    if (keep && !*s->name) return wrong(q, "name", "请给视图起个名字", "give the view a name");
    if (text_fault(s->name, strlen(s->name), false) ||
        utf8_length(s->name, strlen(s->name)) > SAVED_NAME_MAX)
        return wrong(q, "name", "最多 20 个字，一行", "at most 20 characters in one line");
    if (text_fault(s->query, strlen(s->query), false) || strlen(s->query) > SAVED_QUERY_MAX)
        return wrong(q, "query", "筛选太长，存不下：请减少条件",
                     "the filters are too long to be kept: use fewer");
    return OK;
}

static int saved_post(Req *q, Act **act)
{
    (void)act;
    const char *list = in_text(q->body, "list"), *what = in_text(q->body, "act");
    const char *name = in_text(q->body, "name"), *query = in_text(q->body, "query");
    bool keep = what && strcmp(what, "keep") == 0, drop = what && strcmp(what, "drop") == 0;
    bool open = what && strcmp(what, "open") == 0;
    const Saved s = {name && !open ? name : "", query ? query : ""};
    if (!keep && !drop && !open) return wrong(q, "act", "keep、open 或 drop", "keep, open or drop");
    TRY(checked(q, list, &s, keep));
    int rc =
        drop ? saved_drop(q->desk, &q->who, list, s.name) : saved_put(q->desk, &q->who, list, &s);
    if (rc == E_CLASH)
        return error_say(&q->errors, E_CLASH, "一个台账最多存 12 个视图：请先删掉一个。",
                         "At most 12 views of one list are kept: delete one first.");
    if (rc < 0) return rc;
    return see_other(q, path_of(q, list, drop && *s.query == 0 ? "saved=0" : s.query));
}

const Route saved_routes[] = {{"POST", "/saved", .parse = saved_post, .zh = "存下、去掉列表的视图"},
                              {0}};
