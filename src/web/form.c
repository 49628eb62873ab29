/* form: from a table of fields to inputs. References become lists of the rows this viewer may see;
   where there are too many, a text with proposals. */
#include "web/form.h"

#include "desk/find.h"
#include "web/shell.h"
#include "web/web_own.h"

#include <string.h>

typedef struct Input {
    const char *name, *label, *hint, *error, *value, *show_if, *described, *type, *mode, *size,
        *list;
    bool need;
    int64_t max;
} Input;

#include "web/form.html.h"

enum { CHOICES_MAX = 300, RADIOS_MAX = 4, BOXES_MAX = 60 };

static bool left_out(const Field *f, const void *row)
{
    return f->server || f->hidden || (f->once && row);
}

/* ---- values: typed before stored ---- */

/* An instant that an action asks for is most often now: it stands there and may be changed. */
static const char *suggested(Req *q, const Field *f)
{
    if (f->kind != K_TIME || !f->need) return NULL;
    char now[30];
    time_text((Time){q->now, true}, now);
    return arena_copy(q->a, now, 16);
}

static const char *stored(Req *q, const Field *f, const void *row)
{
    if (!row) return suggested(q, f);
    if (f->kind == K_FEN) return rec_shown(f, row, ZH, q->a);
    if (f->kind == K_TIME) { /* as a datetime-local input wants it */
        const char *s = rec_plain(f, row, q->a);
        return s ? arena_copy(q->a, s, 16) : NULL;
    }
    return f->kind == K_SEALED ? NULL : rec_plain(f, row, q->a);
}

static const char *value_of(Req *q, const Field *f, const void *row, const In *typed)
{
    if (!typed) return stored(q, f, row);
    const In *in = in_get(typed, f->name);
    if (!in) return f->kind == K_FLAG && row ? stored(q, f, row) : NULL;
    if (in->kind == IN_LIST && in->len && f->kind == K_FLAG) in = &in->items[in->len - 1];
    return in->kind == IN_TEXT && strlen(in->s) == in->n ? in->s : NULL;
}

/* Is this id among the chosen ones of a list? */
static bool is_chosen(const Field *f, const void *row, const In *typed, int64_t id)
{
    int64_t v;
    if (typed) {
        const In *in = in_get(typed, f->name);
        const In *items = in && in->kind == IN_LIST ? in->items : in;
        int n = !in ? 0 : in->kind == IN_LIST ? in->len : 1;
        for (int i = 0; i < n; i++)
            if (items[i].kind == IN_TEXT && num_parse(items[i].s, &v) && v == id) return true;
        return false;
    }
    if (!row) return false;
    Ids ids;
    memcpy(&ids, (const char *)row + f->off, sizeof ids);
    for (int i = 0; i < ids.n; i++)
        if (ids.v[i] == id) return true;
    return false;
}

static Input input_of(Req *q, const Field *f, const void *row, const In *typed, const Errors *e)
{
    const FieldError *wrong = e ? error_at(e, f->name) : NULL;
    Input in = {.name = f->name,
                .label = shell_words(q, f->zh, f->en),
                .hint = shell_words(q, f->hint_zh, f->hint_en),
                .error = wrong ? shell_words(q, wrong->zh, wrong->en) : NULL,
                .value = value_of(q, f, row, typed),
                .show_if = f->show_if,
                .need = f->need,
                .type = "text"};
    if (wrong && wrong->typed) in.value = wrong->typed;
    if (!in.value) in.value = "";
    if (in.hint || in.error)
        in.described =
            arena_f(q->a, "%s%s%s", in.error ? arena_f(q->a, "%s-e", f->name) : "",
                    in.error && in.hint ? " " : "", in.hint ? arena_f(q->a, "%s-h", f->name) : "");
    return in;
}

/* ---- rows to choose from ---- */

typedef struct Choosable {
    int n;
    bool more; /* there are others: a list will not do */
    const char **values, **names;
} Choosable;

static const Field *title_of(const Record *r)
{
    return rec_field(r, r->title ? r->title : "name");
}

/* Accounts are chosen within one's own department. */
static void narrow(const Req *q, const Record *r, Find *f)
{
    const Field *by = rec_field(r, "department"), *stopped = rec_field(r, "stopped");
    if (strcmp(r->name, "account") != 0) return;
    if (q->who.dept && by && by->filter)
        f->filters[f->n++] =
            (Filter){"department", "=", arena_f(q->a, "%lld", (long long)q->who.dept)};
    if (stopped && stopped->filter) f->filters[f->n++] = (Filter){"stopped", "=", "0"};
}

static void choosable(Req *q, const Field *f, Choosable *out)
{
    const Record *r = desk_record(q->desk, f->ref);
    *out = (Choosable){0};
    if (!r || !q->q) return;
    const Field *title = title_of(r), *code = f->kind == K_CODE ? rec_field(r, "code") : NULL;
    char *rows = arena_array(q->a, FIND_LIMIT_MAX, r->size);
    out->values = arena_array(q->a, CHOICES_MAX + FIND_LIMIT_MAX, sizeof *out->values);
    out->names = arena_array(q->a, CHOICES_MAX + FIND_LIMIT_MAX, sizeof *out->names);
    Find find = {.sort = "id", .limit = FIND_LIMIT_MAX};
    narrow(q, r, &find);
    do {
        Errors e = {.a = q->a};
        int n = 0;
        if (rec_find(q->q, q->desk, q->a, &q->who, r, &find, &e, rows, &n, &find.after) < 0) return;
        for (int i = 0; i < n; i++) {
            const void *row = rows + (size_t)i * r->size;
            const char *name = title ? rec_shown(title, row, q->out.lang, q->a) : NULL;
            const char *id = arena_f(q->a, "%lld", (long long)((const Head *)row)->id);
            out->values[out->n] = code ? rec_plain(code, row, q->a) : id;
            out->names[out->n++] = name ? name : id;
        }
    } while (find.after && out->n < CHOICES_MAX);
    out->more = find.after != NULL;
}

/* ---- kinds ---- */

static void show_input(Req *q, const Input *in)
{
    field_begin_html(&q->out, in);
    field_head_html(&q->out, in);
    input_html(&q->out, in);
    field_end_html(&q->out);
}

static void show_lines(Req *q, const Input *in, int rows)
{
    field_begin_html(&q->out, in);
    field_head_html(&q->out, in);
    textarea_html(&q->out, in, rows);
    field_end_html(&q->out);
}

static void show_text(Req *q, const Field *f, Input *in)
{
    in->max = f->max ? f->max : 200;
    if (f->lines) {
        show_lines(q, in, in->max > 300 ? 5 : 3);
        return;
    }
    if (in->max <= 40) in->size = "is-short";
    show_input(q, in);
}

static void show_select(Req *q, const Input *in, const Choosable *c)
{
    field_begin_html(&q->out, in);
    field_head_html(&q->out, in);
    select_begin_html(&q->out, in);
    bool found = !*in->value;
    for (int i = 0; i < c->n; i++) {
        bool chosen = strcmp(c->values[i], in->value) == 0;
        found |= chosen;
        option_html(&q->out, c->values[i], c->names[i], chosen);
    }
    if (!found) option_html(&q->out, in->value, in->value, true);
    select_end_html(&q->out);
    field_end_html(&q->out);
}

static void show_ref(Req *q, const Field *f, Input *in)
{
    Choosable c;
    choosable(q, f, &c);
    if (c.n > 0 && !c.more) {
        show_select(q, in, &c);
        return;
    }
    const char *list = arena_f(q->a, "%s-list", f->name);
    if (c.n > 0) in->list = list;
    in->mode = f->kind == K_REF ? "numeric" : NULL;
    if (!in->hint) in->hint = tr(q->out.lang, "填编号；可输入名称的一部分来选");
    field_begin_html(&q->out, in);
    field_head_html(&q->out, in);
    input_html(&q->out, in);
    if (c.n > 0) {
        datalist_begin_html(&q->out, list);
        for (int i = 0; i < c.n; i++) option_html(&q->out, c.values[i], c.names[i], false);
        datalist_end_html(&q->out);
    }
    field_end_html(&q->out);
}

static void show_pick(Req *q, const Field *f, const Input *in)
{
    int n = 0;
    while (f->picks[n].code) n++;
    if (n > RADIOS_MAX) {
        field_begin_html(&q->out, in);
        field_head_html(&q->out, in);
        select_begin_html(&q->out, in);
        for (int i = 0; i < n; i++)
            option_html(&q->out, f->picks[i].code, shell_words(q, f->picks[i].zh, f->picks[i].en),
                        strcmp(f->picks[i].code, in->value) == 0);
        select_end_html(&q->out);
        field_end_html(&q->out);
        return;
    }
    set_begin_html(&q->out, in);
    for (int i = 0; i < n; i++)
        choice_html(&q->out, "radio", f->name, arena_f(q->a, "%s-%s", f->name, f->picks[i].code),
                    f->picks[i].code, shell_words(q, f->picks[i].zh, f->picks[i].en),
                    strcmp(f->picks[i].code, in->value) == 0);
    set_end_html(&q->out);
}

static void show_ids(Req *q, const Field *f, const Input *in, const void *row, const In *typed)
{
    Choosable c;
    choosable(q, f, &c);
    set_begin_html(&q->out, in);
    hidden_html(&q->out, f->name, "");
    for (int i = 0; i < c.n && i < BOXES_MAX; i++) {
        int64_t id = 0;
        bool chosen = num_parse(c.values[i], &id) && is_chosen(f, row, typed, id);
        choice_html(&q->out, "checkbox", f->name, arena_f(q->a, "%s-%s", f->name, c.values[i]),
                    c.values[i], c.names[i], chosen);
    }
    set_end_html(&q->out);
}

void form_field(Req *q, const Field *f, const void *row, const In *typed, const Errors *e)
{
    Input in = input_of(q, f, row, typed, e);
    switch ((Kind)f->kind) {
    case K_TEXT: show_text(q, f, &in); return;
    case K_CODE:
    case K_REF: show_ref(q, f, &in); return;
    case K_PICK: show_pick(q, f, &in); return;
    case K_IDS: show_ids(q, f, &in, row, typed); return;
    case K_FLAG: flag_html(&q->out, &in, *in.value && strcmp(in.value, "0") != 0); return;
    case K_TEXTS:
        if (!in.hint) in.hint = tr(q->out.lang, "一行写一项");
        show_lines(q, &in, 4);
        return;
    case K_DAY: in.type = "date"; break;
    case K_TIME: in.type = "datetime-local"; break;
    case K_SEALED:
        in.type = "tel", in.mode = "tel";
        if (row && !in.hint) in.hint = tr(q->out.lang, "不填就保持原来的号码");
        break;
    case K_NUM: in.mode = "numeric"; break;
    case K_FEN: in.mode = "decimal"; break;
    }
    in.size = "is-short";
    show_input(q, &in);
}

void form_fields(Req *q, const Field *f, int n, const void *row, const In *typed, const Errors *e)
{
    for (int i = 0; i < n; i++)
        if (!left_out(&f[i], row)) form_field(q, &f[i], row, typed, e);
}

static const char *label_of(const Req *q, const Field *f, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(f[i].name, name) == 0) return shell_words(q, f[i].zh, f[i].en);
    return name;
}

void form_errors(Req *q, const Errors *e, const Field *f, int n)
{
    if (!e || (e->n == 0 && !e->zh)) return;
    summary_begin_html(&q->out, e->n, e->zh ? shell_words(q, e->zh, e->en) : NULL);
    for (int i = 0; i < e->n; i++)
        summary_one_html(&q->out, e->at[i].field, label_of(q, f, n, e->at[i].field),
                         shell_words(q, e->at[i].zh, e->at[i].en));
    summary_end_html(&q->out);
}

const char *form_wrong(const Req *q, const char *name)
{
    const FieldError *e = q->again ? error_at(q->again, name) : NULL;
    return e ? shell_words(q, e->zh, e->en) : NULL;
}
