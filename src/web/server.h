/* server: what the program starts to serve pages and the API. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H
#include "web/web.h"

typedef struct ServerOptions {
    const char *address; /* NULL: 127.0.0.1. Another than loopback: the caller asked its operator */
    int port;            /* 0: any free one */
    Desk *desk;
    const Module *const *modules; /* in the order of the menu; ends with NULL */
    int workers;                  /* readers used: quick workers and two slow ones; 0: as machine */
    int64_t site;                 /* of the public pages when no host fits; 0: the first */
    bool demo;                    /* the foot says that the data are invented */
    int rate_account, rate_client; /* requests a second; 0: as SAFETY says */
} ServerOptions;

typedef struct Server Server;
/* Takes `workers` readers of the desk's Db (server_readers). why_out: a sentence for the operator. */
int server_start(const ServerOptions *o, Server **out, const char **why_out) MUST_USE;
int server_port(const Server *s);
void server_stop(
    Server *s); /* answers what was taken, ends the streams, returns when all is quiet */
int server_readers(int workers); /* readers that db_open must make for this number of workers */
/* "METHOD PATH  who  what", one line each: `lianshao routes`. */
void server_routes(const Module *const *modules, const Record *const *records, Out *o);
#endif
