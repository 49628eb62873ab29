/* record_own: where a field lives in a row; for record.c, read.c, find.c only. */
#ifndef DESK_RECORD_OWN_H
#define DESK_RECORD_OWN_H
#include "desk/record.h"

typedef struct Cell {
    int64_t *v;
    bool *has;
    const char **text; /* K_TEXT, K_CODE, K_SEALED */
    bool *flag;
    Ids *ids;
    Texts *texts;
} Cell;
/* Callers that only read cast const away here, once. */
Cell rec_cell(const Field *f, const void *row);
/* Which fields are read: those of the list, and one more; NULL: all. */
const bool *rec_wanted(const Record *r, const char *fields, const char *also, Arena *a);
void rec_columns_of(const Record *r, const bool *wanted, const char *prefix, Out *o);
void rec_load_of(const Record *r, const bool *wanted, const Result *res, int row, void *row_out);
/* Sealed texts are stored as "138****1234|i1:…": the part before | may be shown. */
const char *sealed_mask(Arena *a, const char *box);
enum { TEXT_MAX = 200 }; /* characters, where a field says nothing */
static inline int64_t text_max(const Field *f)
{
    return f->max ? f->max : TEXT_MAX;
}
#endif
