/* router: which function answers an address. A module's routes come first, then the pages and the API
   that every record has; the first that fits wins. */
#include "web/web_own.h"

#include <string.h>

static void split(Arena *a, Entry *e)
{
    const char *s = e->r.path;
    while (*s == '/' && e->segments_n < SEGMENTS_MAX_PATH) {
        size_t n = strcspn(++s, "/");
        if (n == 0 && *s == 0 && e->segments_n > 0) break;
        e->segments[e->segments_n++] = arena_copy(a, s, n);
        s += n;
    }
}

static Entry *add(Router *t, const Route *r, const Record *rec, const Action *action)
{
    if (t->n == t->cap) {
        int cap = t->cap ? t->cap * 2 : 128;
        t->at =
            arena_grow(&t->a, t->at, (size_t)t->cap * sizeof *t->at, (size_t)cap * sizeof *t->at);
        t->cap = cap;
    }
    Entry *e = &t->at[t->n++];
    *e = (Entry){.r = *r, .rec = rec, .action = action};
    split(&t->a, e);
    return e;
}

static void add_all(Router *t, const Route *routes, const Module *m)
{
    for (const Route *r = routes; r && r->path; r++) add(t, r, NULL, NULL)->module = m;
}

typedef int (*Run)(Req *q);
typedef int (*Parse)(Req *q, Act **act);

static void page(Router *t, const Record *r, const Action *a, const char *path, Run run,
                 const char *zh)
{
    add(t, &(Route){.method = "GET", .path = path, .run = run, .zh = zh}, r, a);
}

static void change(Router *t, const Record *r, const Action *a, const char *method,
                   const char *path, Parse parse, const char *zh)
{
    add(t,
        &(Route){
            .method = method, .path = path, .parse = parse, .answer = generic_answer, .zh = zh},
        r, a);
}

/* "/api/v1/whistles/{id}/dispatch" */
static char *path_of(Router *t, const char *before, const Record *r, const char *after)
{
    return arena_f(&t->a, "%s/%s%s", before, r->plural, after);
}

static const Action remove_action = {.name = "remove", .zh = "删除", .en = "Remove"};

static void record_actions(Router *t, const Record *r)
{
    for (int i = 0; r->flow && i < r->flow->actions_n; i++) {
        const Action *a = &r->flow->actions[i];
        if (a->by == W_CLOCK || strcmp(a->name, "create") == 0 || strcmp(a->name, "decide") == 0 ||
            strcmp(a->name, "take_back") == 0)
            continue;
        const char *tail = arena_f(&t->a, "/{id}/%s", a->name);
        const char *zh = arena_f(&t->a, "%s：%s", r->zh, a->zh);
        const char *web = path_of(t, "", r, tail), *api = path_of(t, "/api/v1", r, tail);
        page(t, r, a, web, generic_action, zh);
        change(t, r, a, "POST", web, generic_act, zh);
        add(t, &(Route){.method = "POST", .path = api, .parse = generic_act, .zh = zh}, r, a);
    }
    if (r->flow) return;
    const char *web = path_of(t, "", r, "/{id}/remove");
    const char *zh = arena_f(&t->a, "%s：删除", r->zh);
    page(t, r, &remove_action, web, generic_action, zh);
    change(t, r, &remove_action, "POST", web, generic_act, zh);
    add(t,
        &(Route){.method = "DELETE",
                 .path = path_of(t, "/api/v1", r, "/{id}"),
                 .parse = generic_act,
                 .zh = zh},
        r, &remove_action);
}

static void record_routes(Router *t, const Record *r)
{
    page(t, r, NULL, path_of(t, "", r, ""), generic_list, arena_f(&t->a, "%s：列表", r->zh));
    page(t, r, NULL, path_of(t, "", r, ".csv"), generic_csv, arena_f(&t->a, "%s：导出 CSV", r->zh));
    t->at[t->n - 1].r.flags = R_SLOW;
    page(t, r, NULL, path_of(t, "", r, "/new"), generic_new, arena_f(&t->a, "%s：新建", r->zh));
    change(t, r, NULL, "POST", path_of(t, "", r, "/new"), generic_create,
           arena_f(&t->a, "%s：新建", r->zh));
    change(t, r, NULL, "POST", path_of(t, "", r, ""), generic_create,
           arena_f(&t->a, "%s：新建", r->zh));
    page(t, r, NULL, path_of(t, "", r, "/{id}"), generic_detail, arena_f(&t->a, "%s：详情", r->zh));
    page(t, r, NULL, path_of(t, "", r, "/{id}/history"), generic_history,
         arena_f(&t->a, "%s：经过", r->zh));
    page(t, r, NULL, path_of(t, "", r, "/{id}/edit"), generic_edit,
         arena_f(&t->a, "%s：修改", r->zh));
    change(t, r, NULL, "POST", path_of(t, "", r, "/{id}/edit"), generic_change,
           arena_f(&t->a, "%s：修改", r->zh));
    const char *all = path_of(t, "/api/v1", r, ""), *one = path_of(t, "/api/v1", r, "/{id}");
    page(t, r, NULL, all, api_list, arena_f(&t->a, "%s：列表", r->zh));
    page(t, r, NULL, one, api_get, arena_f(&t->a, "%s：一条", r->zh));
    add(t, &(Route){.method = "POST", .path = all, .parse = generic_create, .zh = r->zh}, r, NULL);
    add(t, &(Route){.method = "PATCH", .path = one, .parse = generic_change, .zh = r->zh}, r, NULL);
    record_actions(t, r);
    if (r->flow)
        page(t, r, NULL, path_of(t, "", r, "/{number}"), generic_number,
             arena_f(&t->a, "%s：凭编号", r->zh));
}

void router_build(Router *t, const Module *const *modules, const Record *const *records)
{
    t->modules = modules;
    for (int i = 0; modules && modules[i]; i++) add_all(t, modules[i]->routes, modules[i]);
    add_all(t, session_routes, NULL);
    add_all(t, me_routes, NULL);
    add_all(t, saved_routes, NULL);
    add_all(t, api_routes, NULL);
    add_all(t, inbox_routes, NULL);
    add_all(t, page_routes, NULL);
    for (int i = 0; records && records[i]; i++) record_routes(t, records[i]);
    t->slow = arena_array(&t->a, (size_t)t->n, sizeof *t->slow);
    for (int i = 0; i < t->n; i++)
        if (t->at[i].r.flags & R_SLOW) t->slow[t->slow_n++] = i;
}

const Module *router_module_of(const Router *t, const Record *r)
{
    for (int i = 0; t->modules && t->modules[i]; i++)
        for (int k = 0; t->modules[i]->records && t->modules[i]->records[k]; k++)
            if (t->modules[i]->records[k] == r) return t->modules[i];
    return NULL;
}

/* ---- finding ---- */

/* Does one segment fit? {id} takes digits alone; other names take anything. */
static bool fits(const char *pattern, const char *segment, Req *q, int *parts)
{
    size_t n = strlen(pattern);
    if (pattern[0] != '{') return strcmp(pattern, segment) == 0;
    if (n == 4 && memcmp(pattern, "{id}", 4) == 0) {
        int64_t id;
        if (strlen(segment) > 19 || strspn(segment, "0123456789") != strlen(segment) ||
            !num_parse(segment, &id) || id <= 0)
            return false;
        q->id = id;
        return true;
    }
    if (!*segment || *parts == COUNT(q->parts)) return false;
    q->parts[(*parts)++] = segment;
    return true;
}

static bool entry_fits(const Entry *e, const char *const *segments, int n, Req *q)
{
    int parts = 0;
    if (e->segments_n != n) return false;
    q->id = 0;
    for (int i = 0; i < n; i++)
        if (!fits(e->segments[i], segments[i], q, &parts)) return false;
    q->rest = parts ? q->parts[0] : NULL;
    return true;
}

/* Slow routes are few, and known before anybody is asked who this is. */
bool router_is_slow(const Router *t, const char *method, const char *target)
{
    char path[256];
    const char *segments[SEGMENTS_MAX_PATH + 1];
    size_t len = strcspn(target, "?");
    int n = 0;
    if (len >= sizeof path || t->slow_n == 0) return false;
    memcpy(path, target, len);
    path[len] = 0;
    for (char *s = path; *s == '/' && n <= SEGMENTS_MAX_PATH;) {
        *s++ = 0;
        segments[n++] = s;
        s += strcspn(s, "/");
    }
    for (int i = 0; i < t->slow_n; i++) {
        Req q = {0};
        const Entry *e = &t->at[t->slow[i]];
        if (strcmp(e->r.method, method) == 0 && entry_fits(e, segments, n, &q)) return true;
    }
    return false;
}

static void allow_add(Out *o, const char *method)
{
    if (o->n && strstr(o->s, method)) return;
    out_f(o, "%s%s%s", o->n ? ", " : "", method, strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

const Entry *router_find(const Router *t, Req *q, const char **allow_out)
{
    const char *segments[SEGMENTS_MAX_PATH + 1];
    int n = 0;
    for (const char *s = q->path; *s == '/' && n <= SEGMENTS_MAX_PATH;) {
        size_t len = strcspn(++s, "/");
        segments[n++] = arena_copy(q->a, s, len);
        s += len;
    }
    const char *method = q->head ? "GET" : q->method;
    Out allow = {.a = q->a};
    for (int i = 0; i < t->n; i++) {
        const Entry *e = &t->at[i];
        if (!entry_fits(e, segments, n, q)) continue;
        if (strcmp(e->r.method, method) == 0) return e;
        allow_add(&allow, e->r.method);
    }
    *allow_out = allow.n ? allow.s : NULL;
    return NULL;
}

void server_routes(const Module *const *modules, const Record *const *records, Out *o)
{
    Router t = {0};
    router_build(&t, modules, records);
    for (int i = 0; i < t.n; i++) {
        const Route *r = &t.at[i].r;
        const char *who = r->flags & R_PUBLIC ? "public" : "signed-in";
        out_f(o, "%-6s %-48s %-9s %s%s\n", r->method, r->path, who,
              r->flags & R_SLOW ? "slow " : "", r->zh ? r->zh : "");
    }
    arena_free(&t.a);
}
