/* clocks: the machine's clocks. Only app, web and db read them; the desk is told the time. */
#ifndef BASE_CLOCKS_H
#define BASE_CLOCKS_H
#include "base/base.h"
int64_t wall_ms(void); /* milliseconds since 1970 UTC */
int64_t mono_ms(void); /* monotonic */
int64_t thread_cpu_us(void);
#endif
