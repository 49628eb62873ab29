/* limit: how many requests someone may make: a bucket of tokens for each key, in a fixed table. */
#ifndef WEB_LIMIT_H
#define WEB_LIMIT_H
#include "base/base.h"

typedef struct Limits Limits;
Limits *limits_new(void);
void limits_free(Limits *l);
uint64_t limit_key(const char *kind, const char *text, int64_t number);
/* 0: taken; else milliseconds to wait. per_s in thousandths: 100000 = 100/s. */
int limit_take(Limits *l, uint64_t key, int64_t per_s_milli, int burst, int64_t now_ms);
/* The same without taking: would one be refused now? */
int limit_wait(Limits *l, uint64_t key, int64_t per_s_milli, int burst, int64_t now_ms);
#endif
