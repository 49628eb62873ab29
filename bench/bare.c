/* bare: the least that a handler could do, to compare pages with: libmicrohttpd as Lianshao uses it
   (two epoll threads), no workers, no rights, no templates. GET /N runs the Nth prepared query of a
   file on the same database, copies every cell into the answer and fills up to as many bytes. */
#include "base/base.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUERIES_MAX = 64 };

static const char *file;
static char *queries[QUERIES_MAX];
static int queries_n;
static size_t bytes;

typedef struct Thread {
    sqlite3 *db;
    sqlite3_stmt *query[QUERIES_MAX];
} Thread;
static _Thread_local Thread mine;

static _Noreturn void die(const char *why)
{
    fprintf(stderr, "bare: %s\n", why);
    exit(1);
}

static void open_mine(void)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(file, &mine.db, flags, NULL) != SQLITE_OK ||
        sqlite3_exec(mine.db, "pragma query_only = on", NULL, NULL, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(mine.db));
    for (int i = 0; i < queries_n; i++)
        if (sqlite3_prepare_v3(mine.db, queries[i], -1, SQLITE_PREPARE_PERSISTENT, &mine.query[i],
                               NULL) != SQLITE_OK)
            die(sqlite3_errmsg(mine.db));
}

/* Every cell behind the other; what the query gives is more than the page only if it is wrong. */
static void answer_of(sqlite3_stmt *query, char *out)
{
    size_t n = 0;
    while (sqlite3_step(query) == SQLITE_ROW)
        for (int i = 0, cols = sqlite3_column_count(query); i < cols; i++) {
            const void *text = sqlite3_column_text(query, i);
            size_t len = (size_t)sqlite3_column_bytes(query, i);
            if (len > bytes - n) len = bytes - n;
            if (len) memcpy(out + n, text, len);
            n += len;
        }
    sqlite3_reset(query);
    memset(out + n, ' ', bytes - n);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_n, void **place)
{
    static int begun;
    (void)cls, (void)method, (void)version, (void)data, (void)data_n;
    if (!*place) {
        *place = &begun;
        return MHD_YES;
    }
    if (!mine.db) open_mine();
    int64_t i;
    char *out = malloc(bytes);
    if (!out || !num_parse(url + 1, &i)) abort();
    answer_of(mine.query[i % queries_n], out);
    struct MHD_Response *r = MHD_create_response_from_buffer(bytes, out, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(r, "Content-Type", "text/html; charset=utf-8");
    enum MHD_Result rc = MHD_queue_response(mhd, 200, r);
    MHD_destroy_response(r);
    return rc;
}

static void read_queries(const char *name)
{
    FILE *f = fopen(name, "re");
    char *line = NULL;
    size_t cap = 0;
    if (!f) die("the file of queries cannot be read");
    while (queries_n < QUERIES_MAX && getline(&line, &cap, f) > 1)
        if (!(queries[queries_n++] = strdup(line))) abort();
    free(line);
    fclose(f);
}

int main(int argc, char **argv)
{
    const struct sockaddr_in at = {.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int64_t n = 0;
    int sig;
    sigset_t ends;
    if (argc != 4 || !num_parse(argv[3], &n) || n <= 0) {
        fputs("bare DATABASE FILE-OF-QUERIES BYTES: prints its port, ends on SIGTERM\n", stderr);
        return 2;
    }
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* as Lianshao does */
    file = argv[1];
    read_queries(argv[2]);
    bytes = (size_t)n;
    if (queries_n == 0) die("no query");
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    struct MHD_Daemon *d =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, NULL,
                         MHD_OPTION_THREAD_POOL_SIZE, 2u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                         (size_t)(32 * 1024), MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_END);
    if (!d) die("the HTTP library could not be started");
    printf("%d\n", MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    sigwait(&ends, &sig);
    MHD_stop_daemon(d);
    return 0;
}
