#include "app/listen.h"

#include <string.h>

bool listen_parse(const char *s, Listen *out)
{
    Listen l = {0};
    const char *colon = strrchr(s, ':');
    int64_t port;
    if (!colon || !num_parse(colon + 1, &port) || port < 0 || port > 65535) return false;
    const char *from = s, *end = colon;
    bool bracket = *from == '[';
    if (bracket && (end == from || end[-1] != ']')) return false;
    if (bracket) from++, end--;
    size_t n = (size_t)(end - from);
    if (n >= sizeof l.address || (!bracket && memchr(from, ':', n))) return false;
    if (strspn(from, "0123456789abcdefABCDEF.:localhost") < n) return false;
    memcpy(l.address, n ? from : "0.0.0.0", n ? n : 8);
    if (strcmp(l.address, "localhost") == 0) memcpy(l.address, "127.0.0.1", 10);
    l.port = (int)port;
    l.loopback = strncmp(l.address, "127.", 4) == 0 || strcmp(l.address, "::1") == 0;
    *out = l;
    return true;
}
