/* slice: pieces of a JSON text that is ours (embedded data), found without reading all of it, so that
   each piece can be read by input_json within its limits. What is not JSON gives empty pieces. */
#ifndef APP_SLICE_H
#define APP_SLICE_H
#include "base/base.h"

typedef struct Slice {
    const char *s; /* NULL: nothing */
    size_t n;
} Slice;
/* The value of a member of an object, spaces around it left out; empty when it is not there. */
Slice slice_member(Slice object, const char *name);
/* The element behind *at (which begins as {0}) in a list. */
bool slice_next(Slice list, Slice *at);
/* The object in a list whose member has this text: slice_find(all, "id", "demo"). */
Slice slice_find(Slice list, const char *member, const char *text);
#endif
