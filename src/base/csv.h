/* csv: RFC 4180 reading, for data files and imports. */
#ifndef BASE_CSV_H
#define BASE_CSV_H
#include "base/base.h"
typedef struct Csv {
    const char *at, *end;
    int line; /* start with 0; lines read so far, after E_INPUT the line that is wrong */
} Csv;
/* Next record into cells (arena copies), at most max. Number of cells, 0 at the end, E_INPUT with
   a broken quote or too many cells. */
int csv_next(Csv *c, Arena *a, const char **cells, int max) MUST_USE;
#endif
