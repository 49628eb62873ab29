/* shell: head, menu and foot of every page. The menu is what the modules say (MenuEntry), for the
   roles they say; records without an entry of their own follow under one heading. A module's entry of
   the group "#tab" stands in the bar at the foot of the phone. */
#include "web/shell.h"

#include "desk/inbox.h"
#include "web/web_own.h"

#include <string.h>

static const char *shell_switch(const Req *q, const char *name, const char *value)
{
    const char *self = request_self(q);
    return arena_f(q->a, "%s%c%s=%s", self, strchr(self, '?') ? '&' : '?', name, value);
}

#include "web/shell.html.h"

static const Site *site_of(const Req *q)
{
    const Server *s = turn_of(q)->srv;
    for (int i = 0; i < s->sites_n; i++)
        if (s->sites[i].site == q->who.site) return &s->sites[i];
    return NULL;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

const char *shell_brand(const Req *q)
{
    const Site *s = site_of(q);
    if (!s) return tr(q->out.lang, "产业链服务台");
    if (q->out.lang == EN) {
        const char *en = s->en && *s->en ? s->en : s->code;
        return strstr(en, "Desk") ? en : arena_f(q->a, "%s Industrial Chain Service Desk", en);
    }
    return ends_with(s->zh, "服务台") ? s->zh : arena_f(q->a, "%s产业链服务台", s->zh);
}

const char *shell_words(const Req *q, const char *zh, const char *en)
{
    return q->out.lang == EN && en ? en : zh;
}

static bool may_see(const Req *q, uint64_t who)
{
    return (who & (1ull << q->who.role)) != 0;
}

/* Is this page the entry's, or below it? */
static bool is_within(const char *here, const char *path)
{
    size_t n = strcspn(path, "?#");
    if (strcmp(path, "/") == 0) return strcmp(here, "/") == 0;
    if (path[n]) return false;
    return strncmp(here, path, n) == 0 && (here[n] == 0 || here[n] == '/');
}

/* The entry that names the page most closely: /whistles/new is not /whistles, too. */
static bool is_current(const Req *q, const char *path)
{
    const char *here = q->menu ? q->menu : q->path;
    const Module *const *all = turn_of(q)->srv->router.modules;
    if (!is_within(here, path)) return false;
    for (int i = 0; all && all[i]; i++)
        for (const MenuEntry *m = all[i]->menu; m && m->path; m++)
            if (strlen(m->path) > strlen(path) && may_see(q, m->who) && is_within(here, m->path))
                return false;
    return true;
}

/* ---- menu ---- */

static int64_t requests_open(Req *q)
{
    int64_t n = 0;
    return q->q && inbox_requests_count(q->q, q->a, &q->who, ASKED_OF_ME, &n) == OK ? n : -1;
}

static int64_t notices_unread(Req *q)
{
    int64_t n = 0;
    return q->q && q->who.account && inbox_unread(q->q, q->a, &q->who, &n) == OK ? n : 0;
}

#define DECIDERS (W_ANY_HEAD | W_SUPERVISOR | W_LEADER | W_DISPATCHER | W_ANY_HANDLER)
static const MenuEntry own_entries[] = {
    {"/", "工作台", "我的", W_SIGNED_IN, NULL},
    {"/requests", "待我决定", "我的", DECIDERS, requests_open},
};

static void entry_put(Req *q, const MenuEntry *m)
{
    int64_t count = m->count && q->q ? m->count(q) : -1;
    menu_entry_html(&q->out, m->path, tr(q->out.lang, m->zh), count, is_current(q, m->path));
}

/* All entries of one group: own ones, then the modules' in their order. */
static void group_put(Req *q, const char *group)
{
    const Router *t = &turn_of(q)->srv->router;
    bool begun = false;
    for (int i = 0; i < COUNT(own_entries); i++) {
        const MenuEntry *m = &own_entries[i];
        if (strcmp(m->group, group) != 0 || !may_see(q, m->who)) continue;
        if (!begun) menu_group_html(&q->out, tr(q->out.lang, group));
        begun = true;
        entry_put(q, m);
    }
    for (int i = 0; t->modules && t->modules[i]; i++)
        for (const MenuEntry *m = t->modules[i]->menu; m && m->path; m++) {
            if (!m->group || strcmp(m->group, group) != 0 || !may_see(q, m->who)) continue;
            if (strcmp(m->path, "/") == 0 || strcmp(m->path, "/requests") == 0) continue;
            if (!begun) menu_group_html(&q->out, tr(q->out.lang, group));
            begun = true;
            entry_put(q, m);
        }
}

static bool has_entry(const Router *t, const Record *r)
{
    const char *path = r->plural;
    for (int i = 0; t->modules && t->modules[i]; i++)
        for (const MenuEntry *m = t->modules[i]->menu; m && m->path; m++)
            if (strcmp(m->path + 1, path) == 0) return true;
    return false;
}

/* Records that no module put into the menu. */
static void rest_put(Req *q)
{
    const Router *t = &turn_of(q)->srv->router;
    bool begun = false;
    for (int i = 0; q->desk->records[i]; i++) {
        const Record *r = q->desk->records[i];
        if (r->no_menu || has_entry(t, r) || (!r->flow && !may_see(q, r->read))) continue;
        if (!begun) menu_group_html(&q->out, tr(q->out.lang, "台账"));
        begun = true;
        const char *path = arena_f(q->a, "/%s", r->plural);
        menu_entry_html(&q->out, path, q->out.lang == EN ? r->en : r->zh, -1, is_current(q, path));
    }
}

enum { GROUPS_MAX = 16 };

void shell_menu(Req *q)
{
    const Router *t = &turn_of(q)->srv->router;
    const char *groups[GROUPS_MAX] = {"我的"};
    int n = 1;
    for (int i = 0; t->modules && t->modules[i]; i++)
        for (const MenuEntry *m = t->modules[i]->menu; m && m->path; m++) {
            bool known = !m->group || m->group[0] == '#';
            for (int k = 0; k < n && !known; k++) known = strcmp(groups[k], m->group) == 0;
            if (!known && n < GROUPS_MAX) groups[n++] = m->group;
        }
    for (int i = 0; i < n; i++) group_put(q, groups[i]);
    rest_put(q);
}

/* ---- tab bar ---- */

static Html tabs_of(Req *q)
{
    static const MenuEntry first = {"/", "工作台", "#tab", W_SIGNED_IN, NULL};
    static const MenuEntry last = {"/me", "我的", "#tab", W_SIGNED_IN, NULL};
    const Router *t = &turn_of(q)->srv->router;
    Out page = q->out;
    q->out = (Out){.a = q->a, .lang = page.lang};
    entry_put(q, &first);
    int n = 0;
    for (int i = 0; t->modules && t->modules[i]; i++)
        for (const MenuEntry *m = t->modules[i]->menu; m && m->path; m++)
            if (m->group && strcmp(m->group, "#tab") == 0 && may_see(q, m->who) && n++ < 2)
                entry_put(q, &(MenuEntry){m->path, m->zh, m->group, m->who, NULL});
    if (n == 0) entry_put(q, &(MenuEntry){"/notices", "消息", "#tab", W_SIGNED_IN, NULL});
    entry_put(q, &last);
    Html tabs = {str_of(&q->out)};
    q->out = page;
    return tabs;
}

void shell_without_login(Req *q)
{
    const Router *t = &turn_of(q)->srv->router;
    Out list = {.a = q->a, .lang = q->out.lang};
    for (int i = 0; t->modules && t->modules[i]; i++)
        for (const MenuEntry *m = t->modules[i]->menu; m && m->path; m++)
            if ((m->who & W_PUBLIC) && m->group && m->group[0] != '#')
                without_login_entry_html(&list, m->path, tr(q->out.lang, m->zh));
    without_login_html(&q->out, (Html){str_of(&list)});
}

/* ---- frame ---- */

static const char *classes_of(const Req *q)
{
    if (q->elder) return "elder";
    return q->compact ? "compact" : "";
}

void shell_begin(Req *q, const char *title)
{
    shell_begin_as(q, tr(q->out.lang, title));
}

void shell_begin_as(Req *q, const char *title)
{
    q->title = title;
    if (q->fragment || q->bare) return;
    bool framed = q->who.account != 0;
    const Turn *t = turn_of(q);
    if (!framed && !*q->csrf && t->pre) q->csrf = csrf_pre(turn_of(q));
    head_html(&q->out, q->title, classes_of(q), framed, session_left(turn_of(q)));
    header_html(&q->out, q, shell_brand(q), notices_unread(q));
    if (framed) {
        menu_begin_html(&q->out);
        shell_menu(q);
        menu_end_html(&q->out);
    } else {
        main_html(&q->out);
    }
    if (q->desk->test) {
        char now[17];
        time_minute((Time){q->now, true}, now);
        clock_html(&q->out, now);
    }
}

int shell_end(Req *q, int status)
{
    q->type = "text/html; charset=utf-8";
    if (q->again && status == 200) status = 422;
    if (q->fragment || q->bare) return status;
    bool framed = q->who.account != 0;
    foot_html(&q->out, q, framed, turn_of(q)->srv->o.demo, framed ? tabs_of(q) : (Html){""});
    return status;
}
