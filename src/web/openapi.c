/* openapi: the description of the API (OpenAPI 3.1), made from the records, their fields and the actions
   of their flows: it cannot differ from what is served. */
#include "web/shell.h"
#include "web/web_own.h"

#include <ctype.h>
#include <string.h>

static void text(Out *o, const char *name, const char *value)
{
    out_f(o, "\"%s\":", name);
    out_json(o, value);
}

/* whistle -> Whistle, chain_role -> ChainRole */
static const char *type_name(Arena *a, const char *name)
{
    char *s = arena_str(a, name), *to = s;
    bool upper = true;
    for (const char *from = name; *from; from++) {
        if (*from == '_' || *from == '-') {
            upper = true;
            continue;
        }
        *to++ = upper ? (char)toupper((unsigned char)*from) : *from;
        upper = false;
    }
    *to = 0;
    return s;
}

static bool is_case(const Record *r)
{
    return r->flow != NULL;
}

/* What one record's own address answers: a case comes with its clocks and actions. */
static const char *whole_ref(Arena *a, const Record *r, const char *type)
{
    return arena_f(a, "{\"$ref\":\"#/components/schemas/%s%s\"}", type, is_case(r) ? "Case" : "");
}

/* ---- answers ---- */

static void failures(Out *o, const char *list)
{
    for (const char *s = list; *s; s += strspn(s, " ")) {
        out_f(o, ",\"%.3s\":{\"$ref\":\"#/components/responses/E%.3s\"}", s, s);
        s += 3;
    }
}

static void answer_ref(Out *o, const char *status, const char *what, const char *schema, bool etag)
{
    out_f(o, "\"%s\":{", status);
    text(o, "description", what);
    if (etag)
        out_raw(o, ",\"headers\":{\"ETag\":{\"description\":\"The revision, for If-Match.\","
                   "\"schema\":{\"type\":\"string\"}}}");
    if (schema) out_f(o, ",\"content\":{\"application/json\":{\"schema\":%s}}", schema);
    out_raw(o, "}");
}

/* ---- operations ---- */

static void operation(Out *o, const char *method, const char *id, const char *tag,
                      const char *summary, const char *description)
{
    out_f(o, "\"%s\":{\"operationId\":\"%s\",\"tags\":[\"%s\"],", method, id, tag);
    text(o, "summary", summary);
    out_raw(o, ",");
    text(o, "description", description ? description : summary);
}

static void body_of(Out *o, const char *schema)
{
    out_f(o,
          ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":%s}}}",
          schema);
}

static void query_parameter(Out *o, const char *name, const char *description, const char *schema)
{
    out_f(o, "{\"name\":\"%s\",\"in\":\"query\",", name);
    text(o, "description", description);
    out_f(o, ",\"schema\":%s}", schema);
}

static const char *filter_schema(Out *o, const Field *f)
{
    Out s = {.a = o->a};
    if (f->kind != K_PICK)
        return f->kind == K_FLAG ? "{\"type\":\"boolean\"}" : "{\"type\":\"string\"}";
    out_raw(&s, "{\"type\":\"string\",\"enum\":[");
    for (int i = 0; f->picks[i].code; i++) {
        if (i) out_raw(&s, ",");
        out_json(&s, f->picks[i].code);
    }
    out_raw(&s, "]}");
    return s.s;
}

static void list_parameters(Req *q, Out *o, const Record *r)
{
    out_raw(
        o,
        ",\"parameters\":[{\"$ref\":\"#/components/parameters/Limit\"},"
        "{\"$ref\":\"#/components/parameters/After\"},{\"$ref\":\"#/components/parameters/Sort\"}");
    if (r->flow) {
        out_raw(o, ",");
        query_parameter(o, "state", "States, separated by commas.", "{\"type\":\"string\"}");
    }
    for (int i = 0; i < r->n; i++) {
        const Field *f = &r->f[i];
        if (!f->filter || f->hidden || f->kind == K_SEALED) continue;
        out_raw(o, ",");
        query_parameter(o, f->name, shell_words(q, f->zh, f->en), filter_schema(o, f));
    }
    out_raw(o, "]");
}

static void path_begin(Out *o, const char *path, bool has_id, bool *first)
{
    out_f(o, "%s\"%s\":{", *first ? "" : ",", path);
    if (has_id) out_raw(o, "\"parameters\":[{\"$ref\":\"#/components/parameters/Id\"}],");
    *first = false;
}

static void list_and_create(Req *q, Out *o, const Record *r, const char *type, bool *first)
{
    Arena *a = o->a;
    path_begin(o, arena_f(a, "/%s", r->plural), false, first);
    operation(o, "get", arena_f(a, "list%s", type), r->name, arena_f(a, "List %s", r->plural),
              "Newest first. Only what the viewer may see.");
    list_parameters(q, o, r);
    out_raw(o, ",\"responses\":{");
    answer_ref(o, "200", "A page of rows",
               arena_f(a, "{\"$ref\":\"#/components/schemas/%sPage\"}", type), false);
    failures(o, "401 403 422 429");
    out_raw(o, "}},");
    operation(o, "post", arena_f(a, "create%s", type), r->name,
              arena_f(a, "Create one of %s", r->plural),
              r->flow && r->flow->draft >= 0 ? "Submits at once; with draft it is kept as a draft."
                                             : NULL);
    out_raw(o, ",\"parameters\":[{\"$ref\":\"#/components/parameters/IdempotencyKey\"}]");
    body_of(o, arena_f(a, "{\"$ref\":\"#/components/schemas/%sNew\"}", type));
    out_raw(o, ",\"responses\":{");
    answer_ref(o, "201", "Created; Location names it", whole_ref(a, r, type), true);
    failures(o, "400 401 403 409 413 422 429");
    out_raw(o, "}}}");
}

static void one_and_change(Out *o, const Record *r, const char *type, bool *first)
{
    Arena *a = o->a;
    const char *self = whole_ref(a, r, type);
    path_begin(o, arena_f(a, "/%s/{id}", r->plural), true, first);
    operation(o, "get", arena_f(a, "get%s", type), r->name, arena_f(a, "One of %s", r->plural),
              NULL);
    out_raw(o, ",\"responses\":{");
    answer_ref(o, "200", "The whole record", self, true);
    failures(o, "401 403 404 429");
    out_raw(o, "}},");
    operation(o, "patch", arena_f(a, "change%s", type), r->name,
              arena_f(a, "Change one of %s", r->plural),
              "Members that are absent stay as they are; null empties.");
    out_raw(o, ",\"parameters\":[{\"$ref\":\"#/components/parameters/IfMatch\"},"
               "{\"$ref\":\"#/components/parameters/IdempotencyKey\"}]");
    body_of(o, arena_f(a, "{\"$ref\":\"#/components/schemas/%sChange\"}", type));
    out_raw(o, ",\"responses\":{");
    answer_ref(o, "200", "The whole record after the change", self, true);
    failures(o, "400 401 403 404 409 412 413 422 429");
    out_raw(o, "}}");
    if (!r->flow) {
        out_raw(o, ",");
        operation(o, "delete", arena_f(a, "remove%s", type), r->name,
                  arena_f(a, "Remove one of %s", r->plural), NULL);
        out_raw(o,
                ",\"parameters\":[{\"$ref\":\"#/components/parameters/IfMatch\"}],\"responses\":{");
        answer_ref(o, "204", "Removed", NULL, false);
        failures(o, "401 403 404 409 412 429");
        out_raw(o, "}}");
    }
    out_raw(o, "}");
}

static bool is_offered(const Action *x)
{
    return x->by != W_CLOCK && strcmp(x->name, "create") != 0 && strcmp(x->name, "decide") != 0 &&
           strcmp(x->name, "take_back") != 0;
}

static void action_path(Req *q, Out *o, const Record *r, const Action *x, const char *type,
                        bool *first)
{
    Arena *a = o->a;
    Out schema = {.a = a};
    bool two = x->second || x->second_if;
    path_begin(o, arena_f(a, "/%s/{id}/%s", r->plural, x->name), true, first);
    operation(
        o, "post", arena_f(a, "%s_%s", r->name, x->name), r->name, shell_words(q, x->zh, x->en),
        two ? "Two steps: it may be asked for only, and another person decides (202)." : NULL);
    out_raw(o, ",\"parameters\":[{\"$ref\":\"#/components/parameters/IfMatch\"},"
               "{\"$ref\":\"#/components/parameters/IdempotencyKey\"}]");
    rec_schema_fields(x->input, x->input_n, &schema);
    body_of(o, str_of(&schema));
    out_raw(o, ",\"responses\":{");
    answer_ref(o, "200", "The whole record after the action", whole_ref(a, r, type), true);
    if (two) {
        out_raw(o, ",");
        answer_ref(o, "202", "Asked for; another person decides",
                   "{\"type\":\"object\",\"required\":[\"request\"],\"properties\":{\"request\":"
                   "{\"$ref\":\"#/components/schemas/Request\"}}}",
                   false);
    }
    out_raw(o, ",");
    answer_ref(o, "204", "Done; the record is gone, or no longer this viewer's to see", NULL,
               false);
    failures(o, "400 401 403 404 409 412 413 422 429");
    out_raw(o, "}}}");
}

static void fixed_paths(Req *q, Out *o, bool *first)
{
    path_begin(o, "/me", false, first);
    operation(o, "get", "me", "session", "Who am I", NULL);
    out_raw(o, ",\"responses\":{");
    answer_ref(o, "200", "Account, role, departments, enterprises",
               "{\"$ref\":\"#/components/schemas/Me\"}", false);
    failures(o, "401 429");
    out_raw(o, "}}}");
    path_begin(o, "/requests", false, first);
    operation(o, "get", "listRequests", "request", "Two-step requests",
              "Open ones that wait for this viewer.");
    out_raw(o, ",\"parameters\":[");
    query_parameter(o, "which", "mine: asked by this viewer; settled: decided ones.",
                    "{\"type\":\"string\",\"enum\":[\"mine\",\"settled\"]}");
    out_raw(o, "],\"responses\":{");
    answer_ref(o, "200", "The requests", "{\"$ref\":\"#/components/schemas/RequestPage\"}", false);
    failures(o, "401 429");
    out_raw(o, "}}}");
    static const char *const acts[][4] = {{"decide", "Decide a request",
                                           "The whole record after the decision",
                                           "{\"type\":\"object\",\"required\":[\"agree\"],"
                                           "\"properties\":{\"agree\":{\"type\":\"boolean\"},"
                                           "\"reason\":{\"type\":[\"string\",\"null\"],"
                                           "\"maxLength\":500}},\"additionalProperties\":false}"},
                                          {"take_back", "Take back a request", "The whole record",
                                           "{\"type\":\"object\",\"additionalProperties\":false}"}};
    for (int i = 0; i < COUNT(acts); i++) {
        path_begin(o, arena_f(o->a, "/requests/{id}/%s", acts[i][0]), true, first);
        operation(o, "post", arena_f(o->a, "request_%s", acts[i][0]), "request", acts[i][1], NULL);
        body_of(o, acts[i][3]);
        out_raw(o, ",\"responses\":{");
        answer_ref(o, "200", acts[i][2], "{\"type\":\"object\"}", true);
        failures(o, "400 401 403 404 409 422 429");
        out_raw(o, "}}}");
    }
    path_begin(o, "/events", false, first);
    operation(o, "get", "listEvents", "event", "The events of one record",
              "Name the record by one parameter.");
    out_raw(o, ",\"parameters\":[");
    for (int i = 0; q->desk->records[i]; i++) {
        if (i) out_raw(o, ",");
        query_parameter(o, q->desk->records[i]->name, "Its id.", "{\"type\":\"string\"}");
    }
    out_raw(o, "],\"responses\":{");
    answer_ref(o, "200", "Its events, oldest first",
               "{\"$ref\":\"#/components/schemas/EventPage\"}", false);
    failures(o, "401 404 422 429");
    out_raw(o, "}}}");
}

/* ---- the modules' own addresses ---- */

/* "/public/whistles/{number}" -> its parameters; the ids are told elsewhere. */
static void path_parameters(Out *o, const char *path)
{
    bool first = true;
    for (const char *s = path; (s = strchr(s, '{')) != NULL; s++) {
        int n = (int)strcspn(s + 1, "}");
        out_f(o,
              "%s{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":"
              "\"string\"}}",
              first ? "\"parameters\":[" : ",", n, s + 1);
        first = false;
    }
    if (!first) out_raw(o, "],");
}

static void own_operation(Out *o, const Route *r, const char *tag, const char *path)
{
    Out id = {.a = o->a}, method = {.a = o->a};
    out_raw(&id, tag);
    for (const char *s = path; *s; s++) out_f(&id, "%c", isalnum((unsigned char)*s) ? *s : '_');
    for (const char *s = r->method; *s; s++) out_f(&method, "%c", tolower((unsigned char)*s));
    operation(o, method.s, arena_f(o->a, "%s_%s", id.s, method.s), tag,
              tr(o->lang, r->zh ? r->zh : path), NULL);
    if (r->flags & R_PUBLIC) out_raw(o, ",\"security\":[]");
    if (strcmp(r->method, "GET") != 0) body_of(o, "{\"type\":\"object\"}");
    out_raw(o, ",\"responses\":{");
    answer_ref(o, "200", "The answer", "{\"type\":\"object\"}", false);
    out_raw(o, ",");
    answer_ref(o, "201", "Created", "{\"type\":\"object\"}", false);
    failures(o, "400 401 403 404 409 413 422 429");
    out_raw(o, "}}");
}

static void own_paths(Req *q, Out *o, bool *first)
{
    static const char base[] = "/api/v1";
    const Router *t = &turn_of(q)->srv->router;
    for (int i = 0; i < t->n; i++) {
        const char *path = t->at[i].r.path;
        bool again = false;
        if (!t->at[i].module || strncmp(path, base, sizeof base - 1) != 0) continue;
        for (int k = 0; k < i; k++) again |= t->at[k].module && strcmp(t->at[k].r.path, path) == 0;
        if (again) continue;
        path_begin(o, path + sizeof base - 1, false, first);
        path_parameters(o, path);
        bool one = false;
        for (int k = i; k < t->n; k++) {
            if (!t->at[k].module || strcmp(t->at[k].r.path, path) != 0) continue;
            if (one) out_raw(o, ",");
            own_operation(o, &t->at[k].r, t->at[i].module->name, path + sizeof base - 1);
            one = true;
        }
        out_raw(o, "}");
    }
}

/* ---- components ---- */

static const char fixed_schemas[] =
    "\"Problem\":{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\"],\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":"
    "\"integer\"},"
    "\"detail\":{\"type\":\"string\"},\"trace\":{\"type\":\"string\"},\"errors\":{\"type\":"
    "\"array\",\"items\":{"
    "\"type\":\"object\",\"required\":[\"field\",\"expected\"],\"properties\":{\"field\":{\"type\":"
    "\"string\"},"
    "\"expected\":{\"type\":\"string\"}}}}}},"
    "\"Request\":{\"type\":\"object\",\"required\":[\"id\",\"kind\",\"state\"],\"properties\":{"
    "\"id\":{\"type\":\"string\"},\"kind\":{\"type\":\"string\"},\"by\":{\"type\":[\"string\","
    "\"null\"]},"
    "\"reason\":{\"type\":[\"string\",\"null\"]},\"state\":{\"type\":\"string\",\"enum\":[\"open\","
    "\"agreed\","
    "\"declined\",\"taken_back\",\"lapsed\"]},\"asked_at\":{\"type\":\"string\",\"format\":\"date-"
    "time\"},"
    "\"due_at\":{\"type\":\"string\",\"format\":\"date-time\"},\"decided_by\":{\"type\":["
    "\"string\",\"null\"]},"
    "\"decision\":{\"type\":[\"string\",\"null\"]},\"input\":{\"type\":\"object\"},"
    "\"record\":{\"type\":\"string\"}}},"
    "\"RequestPage\":{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{"
    "\"items\":{"
    "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/"
    "Request\"}},\"next\":{\"type\":[\"string\",\"null\"]}}},"
    "\"Event\":{\"type\":\"object\",\"required\":[\"id\",\"seq\",\"action\",\"at\"],\"properties\":"
    "{"
    "\"id\":{\"type\":\"string\"},\"seq\":{\"type\":\"integer\"},\"action\":{\"type\":\"string\"},"
    "\"actor\":{\"type\":[\"string\",\"null\"]},\"from\":{\"type\":[\"string\",\"null\"]},"
    "\"to\":{\"type\":[\"string\",\"null\"]},\"at\":{\"type\":\"string\",\"format\":\"date-time\"}}"
    "},"
    "\"EventPage\":{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{"
    "\"items\":{"
    "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/"
    "Event\"}},\"next\":{\"type\":[\"string\",\"null\"]}}},"
    "\"Clock\":{\"type\":\"object\",\"required\":[\"clock\",\"party\",\"due_at\"],\"properties\":{"
    "\"clock\":{\"type\":\"string\"},\"party\":{\"type\":\"string\"},"
    "\"started_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"warn_at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"},"
    "\"due_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"ended_at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"},"
    "\"outcome\":{\"type\":[\"string\",\"null\"],\"enum\":[\"met\",\"missed\",\"stopped\",null]},"
    "\"light\":{\"type\":[\"string\",\"null\"],\"enum\":[\"green\",\"yellow\",\"red\",null]}}},"
    "\"Mark\":{\"type\":\"object\",\"required\":[\"id\",\"kind\"],\"properties\":{\"id\":{\"type\":"
    "\"string\"},"
    "\"kind\":{\"type\":\"string\"},\"level\":{\"type\":\"integer\"},\"by\":{\"type\":[\"string\","
    "\"null\"]},"
    "\"text\":{\"type\":[\"string\",\"null\"]},\"opened_at\":{\"type\":\"string\",\"format\":"
    "\"date-time\"},"
    "\"closed_at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"},"
    "\"answer\":{\"type\":[\"string\",\"null\"]}}},"
    "\"CaseParts\":{\"type\":\"object\",\"required\":[\"clocks\",\"actions\",\"requests\","
    "\"marks\","
    "\"participants\"],\"properties\":{"
    "\"clocks\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Clock\"}},"
    "\"actions\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"requests\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Request\"}},"
    "\"marks\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Mark\"}},"
    "\"participants\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"party\":{\"type\":\"string\"},\"role\":{\"type\":\"string\"}}}}}},"
    "\"Place\":{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{\"id\":{\"type\":"
    "\"string\"},"
    "\"code\":{\"type\":[\"string\",\"null\"]},\"name\":{\"type\":[\"string\",\"null\"]}}},"
    "\"Me\":{\"type\":\"object\",\"required\":[\"account\",\"role\",\"departments\","
    "\"enterprises\"],\"properties\":{"
    "\"account\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},\"role\":{\"type\":"
    "\"string\"},"
    "\"departments\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Place\"}},"
    "\"enterprises\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Place\"}}}}";

static const char fixed_parameters[] =
    "\"Id\":{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"description\":\"The record's "
    "id.\","
    "\"schema\":{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}},"
    "\"Limit\":{\"name\":\"limit\",\"in\":\"query\",\"description\":\"Rows of a "
    "page.\",\"schema\":{"
    "\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}},"
    "\"After\":{\"name\":\"after\",\"in\":\"query\",\"description\":\"The cursor `next` of the "
    "page before.\","
    "\"schema\":{\"type\":\"string\"}},"
    "\"Sort\":{\"name\":\"sort\",\"in\":\"query\",\"description\":\"A field; with - before it, "
    "falling.\","
    "\"schema\":{\"type\":\"string\"}},"
    "\"IfMatch\":{\"name\":\"If-Match\",\"in\":\"header\",\"description\":\"The ETag that was "
    "seen; 412 when it "
    "is another now.\",\"schema\":{\"type\":\"string\"}},"
    "\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"description\":\"A repeat "
    "with the same "
    "key and body within 24 h gets the first "
    "answer.\",\"schema\":{\"type\":\"string\",\"maxLength\":200}}";

static void error_answers(Out *o)
{
    static const char *const all[][2] = {{"400", "The request cannot be read"},
                                         {"401", "Not signed in"},
                                         {"403", "No right to this"},
                                         {"404", "Not there, or not the viewer's to see"},
                                         {"409", "Someone else was first, or the state forbids it"},
                                         {"412", "If-Match names an old revision"},
                                         {"413", "Too large"},
                                         {"422", "The input is wrong; errors says where"},
                                         {"429", "Too many requests; see Retry-After"}};
    for (int i = 0; i < COUNT(all); i++)
        out_f(o,
              "%s\"E%s\":{\"description\":\"%s\",\"content\":{\"application/"
              "problem+json\":{\"schema\":"
              "{\"$ref\":\"#/components/schemas/Problem\"}}}}",
              i ? "," : "", all[i][0], all[i][1]);
}

/* The fields that may be sent: for creation all but the server's, for a change also without the once. */
static void input_schema(Req *q, Out *o, const Record *r, bool change)
{
    Field *f = arena_array(q->a, (size_t)r->n + 1, sizeof *f);
    int n = 0;
    for (int i = 0; i < r->n; i++) {
        if (r->f[i].server || r->f[i].hidden || (change && r->f[i].once)) continue;
        f[n] = r->f[i];
        if (change) f[n].need = false;
        n++;
    }
    static const Field draft = {
        .name = "draft", .kind = K_FLAG, .zh = "存草稿", .en = "Keep as a draft"};
    if (!change && r->flow && r->flow->draft >= 0) f[n++] = draft;
    rec_schema_fields(f, n, o);
}

static void record_schemas(Req *q, Out *o, const Record *r, const char *type)
{
    out_f(o, ",\"%s\":", type);
    rec_schema(r, q->out.lang, o);
    if (is_case(r))
        out_f(o,
              ",\"%sCase\":{\"allOf\":[{\"$ref\":\"#/components/schemas/%s\"},"
              "{\"$ref\":\"#/components/schemas/CaseParts\"}]}",
              type, type);
    out_f(o, ",\"%sNew\":", type);
    input_schema(q, o, r, false);
    out_f(o, ",\"%sChange\":", type);
    input_schema(q, o, r, true);
    out_f(o,
          ",\"%sPage\":{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{"
          "\"items\":{"
          "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/"
          "%s\"}},\"next\":{\"type\":[\"string\","
          "\"null\"]}}}",
          type, type);
}

static void paths(Req *q, Out *o)
{
    bool first = true;
    for (int i = 0; q->desk->records[i]; i++) {
        const Record *r = q->desk->records[i];
        const char *type = type_name(o->a, r->name);
        list_and_create(q, o, r, type, &first);
        one_and_change(o, r, type, &first);
        for (int k = 0; r->flow && k < r->flow->actions_n; k++)
            if (is_offered(&r->flow->actions[k]))
                action_path(q, o, r, &r->flow->actions[k], type, &first);
    }
    fixed_paths(q, o, &first);
    own_paths(q, o, &first);
}

static void tags(Req *q, Out *o)
{
    out_raw(o, "{\"name\":\"session\",\"description\":\"Who is signed "
               "in.\"},{\"name\":\"request\",\"description\":"
               "\"Two-step requests.\"},{\"name\":\"event\",\"description\":\"The timeline.\"}");
    const Module *const *m = turn_of(q)->srv->o.modules;
    for (int i = 0; q->desk->records[i]; i++) {
        const Record *r = q->desk->records[i];
        out_f(o, ",{\"name\":\"%s\",", r->name);
        text(o, "description", shell_words(q, r->zh, r->en));
        out_raw(o, "}");
    }
    for (int i = 0; m && m[i]; i++)
        if (!desk_record(q->desk, m[i]->name))
            out_f(o, ",{\"name\":\"%s\",\"description\":\"The module %s.\"}", m[i]->name,
                  m[i]->name);
}

int openapi_json(Req *q)
{
    Out *o = &q->out;
    out_raw(
        o,
        "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Lianshao\",\"version\":\"1\",\"description\":"
        "\"A city's industrial-chain service desk. Instants are RFC 3339, ids are strings, money "
        "is whole "
        "fen. Failures are problem details (RFC "
        "9457).\",\"contact\":{\"name\":\"Lianshao\",\"url\":"
        "\"https://localhost/help\"},\"license\":{\"name\":\"Apache "
        "2.0\",\"identifier\":\"Apache-2.0\"}},"
        "\"servers\":[{\"url\":\"/api/"
        "v1\"}],\"security\":[{\"token\":[]},{\"session\":[]}],\"tags\":[");
    tags(q, o);
    out_raw(o, "],\"paths\":{");
    paths(q, o);
    out_raw(o, "},\"components\":{\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":"
               "\"bearer\"},"
               "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"lianshao\"}},"
               "\"parameters\":{");
    out_raw(o, fixed_parameters);
    out_raw(o, "},\"responses\":{");
    error_answers(o);
    out_raw(o, "},\"schemas\":{");
    out_raw(o, fixed_schemas);
    for (int i = 0; q->desk->records[i]; i++)
        record_schemas(q, o, q->desk->records[i], type_name(o->a, q->desk->records[i]->name));
    out_raw(o, "}}}");
    return reply_json(q, 200);
}
