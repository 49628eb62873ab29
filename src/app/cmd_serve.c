/* serve: pages, API, clocks and the sealer, until a signal ends it. */
#include "app/cmd.h"
#include "app/listen.h"
#include "base/clocks.h"
#include "desk/keep.h"
#include "desk/log.h"
#include "desk/tick.h"
#include "web/server.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STOP_SECONDS = 5 };

/* ---- signals ---- */

static void too_slow(int sig)
{
    static const char text[] =
        "lianshao serve: did not end in time; what was not acknowledged is not written\n";
    (void)sig;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(EXIT_FAILED);
    _exit(EXIT_FAILED);
}

/* Blocked before threads begin, so that wait_for_end alone takes them. */
static void block_signals(sigset_t *ends)
{
    sigemptyset(ends);
    sigaddset(ends, SIGTERM);
    sigaddset(ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, ends, NULL);
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = too_slow}, NULL);
}

static void wait_for_end(const sigset_t *ends)
{
    int sig;
    while (sigwait(ends, &sig) != 0) continue;
    fprintf(stderr, "%s: ending\n", sig == SIGINT ? "SIGINT" : "SIGTERM");
    alarm(STOP_SECONDS);
    pthread_sigmask(SIG_UNBLOCK, ends, NULL); /* a second one ends it at once */
}

/* A page is built in memory that was used before: to take it from the kernel anew and give it back
   with each request costs more than to write the page. Few heaps, so that what is kept is bounded. */
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
    mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
    mallopt(M_ARENA_MAX, 4);
}

/* ---- parts ---- */

static int say_state(App *app)
{
    Arena a = {0};
    Reader *q;
    AppSite *sites;
    TRY(reader_begin(app->desk.db, APP_READER, &q));
    int n = app_sites(q, &a, &sites);
    if (n == 0)
        fprintf(stderr,
                "there is no site in %s yet: stop this and run\n  lianshao demo --data %s\nfor the "
                "demonstration city, or lianshao init --data %s --site CODE\n",
                app->dir, app->dir, app->dir);
    for (int i = 0; i < n; i++) fprintf(stderr, "site %s (%s)\n", sites[i].code, sites[i].zh);
    if (app->desk.test) fprintf(stderr, "a folder for tests: anybody may set its clock\n");
    const char *demo = setting_get(q, &a, 0, "demo");
    int is_demo = demo && strcmp(demo, "1") == 0;
    reader_end(q);
    arena_free(&a);
    return n < 0 ? n : is_demo;
}

static int run(App *app, const char *command, const Listen *at)
{
    const char *why = "threads cannot be started";
    Server *server = NULL;
    sigset_t ends;
    int demo = say_state(app);
    block_signals(&ends);
    ServerOptions o = {.address = at->address,
                       .port = at->port,
                       .desk = &app->desk,
                       .modules = app_modules,
                       .demo = demo > 0};
    app->desk.keep = keep_new();
    int rc = demo < 0 ? demo : sealer_start(&app->desk);
    if (rc >= 0) rc = tick_start(&app->desk);
    if (rc >= 0) rc = server_start(&o, &server, &why);
    if (rc >= 0) {
        bool v6 = strchr(at->address, ':') != NULL;
        fprintf(stderr, "http://%s%s%s:%d/\n", v6 ? "[" : "", at->address, v6 ? "]" : "",
                server_port(server));
        wait_for_end(&ends);
        server_stop(server);
    } else {
        (void)app_fail(command, why);
    }
    tick_stop(&app->desk);
    sealer_stop(&app->desk);
    if (rc >= 0 && sealer_run(&app->desk) < 0)
        fprintf(stderr, "the log's last events will be sealed at the next start\n");
    return rc;
}

int cmd_serve(const Command *c, int argc, char **argv)
{
    AppOptions o = {.create = true, .migrate = true};
    App app;
    Listen at;
    bool open = false;
    int code;
    const char *env = getenv("LIANSHAO_LISTEN"), *listen = env && *env ? env : "127.0.0.1:8080";
    const Option options[] = {
        DATA_OPTIONS(o),
        {"listen", "ADDR:PORT", "default LIANSHAO_LISTEN or 127.0.0.1:8080", .text = &listen},
        {"public-listen", NULL, "allows another address than loopback", .flag = &open},
        {0}};
    if (!options_ok(options_read(c, options, argc, argv, NULL, 0), &code)) return code;
    if (!listen_parse(listen, &at))
        return usage_error(c, "--listen should be ADDR:PORT, such as 127.0.0.1:8080");
    if (!at.loopback && !open)
        return usage_error(
            c, "%s is not this machine alone: put nginx in front, or say --public-listen",
            at.address);
    keep_memory();
    if (cmd_open(c, &o, &app) < 0) return EXIT_FAILED;
    int rc = run(&app, c->name, &at);
    app_close(&app);
    return rc < 0 ? EXIT_FAILED : EXIT_FINE;
}
