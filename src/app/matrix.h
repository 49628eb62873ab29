/* matrix: role x record x action x scope, from the tables of records and flows. */
#ifndef APP_MATRIX_H
#define APP_MATRIX_H
#include "desk/desk.h"

typedef struct Cell4 {
    const char *role, *record, *action, *scope;
    bool yes;
} Cell4;
/* Told of every cell, records in the order of d, then actions, then roles. */
void matrix_walk(const Desk *d, void (*cb)(void *ctx, const Cell4 *c), void *ctx);
#endif
