/* record: a kind of row is described once, as a struct and a table of its fields. From that one
   description come the table on both engines, reading and checking of forms and JSON, the form,
   the list, the detail, JSON, the OpenAPI schema and CSV. A record with a flow is a case. */
#ifndef DESK_RECORD_H
#define DESK_RECORD_H
#include "base/base.h"
#include "base/input.h"
#include "db/db.h"

/* Lists exist only in the input of actions, never as columns. */
typedef struct Ids {
    int n;
    const int64_t *v;
} Ids;
typedef struct Texts {
    int n;
    const char *const *v;
} Texts;
typedef struct Code {
    const char *s;
} Code; /* the `code` of a row of another record; NULL is not known */

typedef enum {
    K_REF,
    K_TEXT,
    K_NUM,
    K_FEN,
    K_DAY,
    K_TIME,
    K_PICK,
    K_FLAG,
    K_CODE,
    K_SEALED,
    K_IDS,
    K_TEXTS
} Kind;

typedef struct Field {
    const char *name;
    uint16_t off;
    uint8_t kind;
    bool need;   /* must be given (checked when a draft is submitted, too) */
    bool list;   /* column of the list page */
    bool filter; /* may be filtered by */
    bool lines;  /* K_TEXT: several lines */
    bool server; /* set by the program alone: in JSON out, never in */
    bool once;   /* only at creation */
    bool secret; /* its value stands in the log as a commitment only (K_SEALED always) */
    bool hidden; /* in no page, JSON, export: module code only */
    const char *zh, *en;
    const char *hint_zh, *hint_en; /* one line under the label */
    int64_t min, max;              /* value, or characters of text; K_TEXT without max: 200 */
    const Choice *picks;           /* K_PICK, ends with {0} */
    const char *ref;               /* K_REF, K_IDS, K_CODE: name of the record it points to */
    const char *show_if;           /* form only: "field=code": shown when that choice is made */
} Field;

/* Every row begins with this. Its columns are not in the table of fields. */
typedef struct Head {
    int64_t site, id, rev;
    int state;          /* index into flow->states; 0 without a flow */
    const char *number; /* cases: W260318-0042-7; NULL before submission and without a flow */
    int64_t created_at, updated_at; /* ms */
    /* cases: the running clock that is due first over all parties; 0 = none */
    int64_t next_due, next_warn;
    const char *next_clock;
} Head;

#define NO_DUE INT64_C(9007199254740991) /* as the column stores "no running clock" */

struct Flow;
struct Viewer;
struct Step;
typedef struct Record {
    const char *name, *plural, *zh, *en;
    uint16_t size, n;
    const Field *f;
    const char *title;      /* field that names a row to people; "name" by default */
    const char *unique;     /* columns, besides site */
    const char *indexes[4]; /* columns, besides site, which stands first */
    const struct Flow *flow;
    uint64_t read, write; /* plain records: who may (rights.h, Who bits of roles) */
    uint64_t create;      /* who may create; cases too. 0: as write */
    const char
        *own; /* plain records: an enterprise account sees the rows whose column names its firms */
    bool no_menu;
    const char *help_zh, *help_en; /* a line under the list's heading */
    /* What a table of fields cannot say; obeyed by page, API and import. today in the site's zone. */
    void (*rules)(const void *row, Day today, Errors *e);
    /* More JSON members of one row ("," first), for the detail and for lists. */
    void (*json_more)(Reader *q, Arena *a, const struct Viewer *who, const void *row, bool detail,
                      Out *o);
    /* Rows for which mask must be asked; NULL: none. Saves a query for lists that hide nothing. */
    bool (*sensitive)(const void *row);
    /* May hide: called after a row is read for this viewer (confidential contact). */
    void (*mask)(const struct Viewer *who, uint64_t relations, void *row);
} Record;

extern const Choice yes_no[]; /* a boolean that may be missing: picks = yes_no */

/* F(member, .zh = ...): the kind is taken from the C type, so the two cannot disagree. */
/* clang-format off */
#define KIND_OF(x) _Generic((x), Ref: K_REF, Text: K_TEXT, Num: K_NUM, Fen: K_FEN, Day: K_DAY, \
    Time: K_TIME, Pick: K_PICK, bool: K_FLAG, Code: K_CODE, Sealed: K_SEALED, Ids: K_IDS, \
    Texts: K_TEXTS)
#define F(m, ...) {.name = #m, .off = offsetof(ROW, m), .kind = KIND_OF(((ROW *)0)->m), __VA_ARGS__}
#define RECORD(fields, ...) {.size = sizeof(ROW), .n = COUNT(fields), .f = fields, __VA_ARGS__}
/* clang-format on */

const char *rec_check(const Record *r); /* at start: NULL, or the member the table forgot */
const Field *rec_field(const Record *r, const char *name); /* NULL: none */
void rec_ddl(const Record *r, Out *o); /* with {int} {text} and its indexes, `;` ends a line */

/* Rows. columns: "site, id, rev, state, number, created_at, updated_at, ..." with a prefix such
   as "w." or "". */
void rec_columns(const Record *r, const char *prefix, Out *o);
void rec_load(const Record *r, const Result *res, int row, void *row_out);
int rec_get(Reader *q, Arena *a, const Record *r, int64_t site, int64_t id, void *row_out) MUST_USE;
int rec_insert(Tx *tx, Arena *a, const Record *r, const void *row) MUST_USE;
/* Writes the fields in which after differs from before, and rev, state, number, updated_at, next_*. */
int rec_update(Tx *tx, Arena *a, const Record *r, const void *before, const void *after) MUST_USE;
Val rec_val(const Field *f, const void *row, Arena *a); /* as a column stores it */
bool rec_same(const Field *f, const void *a, const void *b);
const char *rec_plain(const Field *f, const void *row, Arena *a); /* as text, codes; NULL unknown */
/* As a person reads it; refs by their title when names is given. NULL when not known. */
const char *rec_shown(const Field *f, const void *row, Lang lang, Arena *a);

/* Input into fields. Only members that are present are set; only_present = PATCH: missing needs are
   no error. Unknown members and server fields are errors. rules are not run here. keys seals K_SEALED
   (may be NULL when there is none). allow: further member names that are let through ("csrf draft"). */
struct Keys;
typedef struct ReadOpts {
    bool only_present, form, creating;
    const char *allow;
    const struct Keys *keys;
} ReadOpts;
void rec_read(const Field *f, int n, void *row, const In *in, ReadOpts opts, Arena *a, Errors *e);
/* Reads the text a column or event value stores back into a field (proposals). */
void rec_json_fields(const Field *f, int n, const void *row, Out *o); /* "name":value,... */
void rec_json(const Record *r, const void *row, Out *o); /* {"id":...,"rev":...,...} without } */
void rec_schema(const Record *r, Lang lang, Out *o);     /* OpenAPI component */
void rec_schema_fields(const Field *f, int n, Out *o);   /* {"type":"object",...} of an input */
#endif
