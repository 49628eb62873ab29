/* listen: "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" (all addresses). */
#ifndef APP_LISTEN_H
#define APP_LISTEN_H
#include "base/base.h"

typedef struct Listen {
    char address[64];
    int port; /* 0: any free one */
    bool loopback;
} Listen;
bool listen_parse(const char *s, Listen *out) MUST_USE;
#endif
