/* input: what came in, as a tree of values, whether it was JSON or a form. Records are read from it
   (desk/record.h), so that a page and the API are checked by the same code. */
#ifndef BASE_INPUT_H
#define BASE_INPUT_H
#include "base/base.h"

typedef enum { IN_NONE, IN_NULL, IN_TEXT, IN_INT, IN_REAL, IN_BOOL, IN_LIST, IN_OBJECT } InKind;
typedef struct In {
    InKind kind;
    const char *name; /* of a member of an object */
    const char *s;    /* IN_TEXT: n bytes and a NUL; may hold NULs when it came from JSON \u0000 */
    size_t n;
    int64_t i; /* IN_INT, IN_BOOL */
    int len;   /* IN_LIST, IN_OBJECT */
    const struct In *items;
} In;

enum {
    INPUT_DEPTH_MAX = 16,    /* nesting of JSON */
    INPUT_ITEMS_MAX = 10000, /* values in one JSON body */
    FORM_FIELDS_MAX = 2000   /* fields in one form */
};
/* JSON text (strict: duplicates refused, no trailing bytes, UTF-8). E_SYNTAX with a sentence in
   e->zh/en that says where; the top must be an object unless any_top. */
int input_json(Arena *a, const char *s, size_t n, bool any_top, In *out, Errors *e) MUST_USE;
/* application/x-www-form-urlencoded; a name that comes twice is an IN_LIST of IN_TEXT. */
int input_form(Arena *a, const char *s, size_t n, In *out, Errors *e) MUST_USE;
const In *in_get(const In *object, const char *name);    /* NULL: not there */
const char *in_text(const In *object, const char *name); /* text member or NULL */
#endif
