/* clocks: the machine's clocks, read in one place. */
#include "base/clocks.h"

#include <time.h>

static int64_t clock_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t wall_ms(void)
{
    return clock_us(CLOCK_REALTIME) / 1000;
}

int64_t mono_ms(void)
{
    return clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t thread_cpu_us(void)
{
    return clock_us(CLOCK_THREAD_CPUTIME_ID);
}
