/* metrics: what is measured while it runs, as Prometheus text; for this machine and for system
   administrators only. */
#include "base/clocks.h"
#include "web/web_own.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void metric(Out *o, const char *name, const char *kind, const char *help)
{
    out_f(o, "# HELP lianshao_%s %s\n# TYPE lianshao_%s %s\n", name, help, name, kind);
}

static void one(Out *o, const char *name, const char *kind, const char *help, int64_t v)
{
    metric(o, name, kind, help);
    out_f(o, "lianshao_%s %lld\n", name, (long long)v);
}

static int64_t resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    char line[128] = "";
    if (!f) return 0;
    if (!fgets(line, sizeof line, f)) line[0] = 0;
    fclose(f);
    char *from = strchr(line, ' '), *to = from ? strchr(from + 1, ' ') : NULL;
    int64_t pages = 0;
    if (!to) return 0;
    *to = 0;
    return num_parse(from + 1, &pages) ? pages * sysconf(_SC_PAGESIZE) : 0;
}

static void answers(Out *o, const Counters *c)
{
    metric(o, "answers_total", "counter", "answers by class of status");
    for (int i = 1; i < COUNT(c->status); i++)
        out_f(o, "lianshao_answers_total{status=\"%dxx\"} %lld\n", i,
              (long long)atomic_load(&c->status[i]));
    static const char *const le[] = {"0.001", "0.002", "0.005", "0.01",
                                     "0.05",  "0.1",   "0.5",   "+Inf"};
    metric(o, "answer_seconds", "histogram", "from the request's last byte to its answer");
    int64_t sum = 0;
    for (int i = 0; i < COUNT(c->took); i++) {
        sum += atomic_load(&c->took[i]);
        out_f(o, "lianshao_answer_seconds_bucket{le=\"%s\"} %lld\n", le[i], (long long)sum);
    }
    int64_t micros = atomic_load(&c->micros);
    out_f(o, "lianshao_answer_seconds_sum %lld.%06lld\nlianshao_answer_seconds_count %lld\n",
          (long long)(micros / 1000000), (long long)(micros % 1000000), (long long)sum);
}

int metrics_text(Req *q)
{
    const Turn *t = turn_of(q);
    Server *s = t->srv;
    if (!t->local && q->who.role != ROLE_SYSADMIN) return q->who.account ? E_DENIED : E_MISSING;
    Out *o = &q->out;
    HttpCounts h = http_counts(s->http);
    int64_t commits, jobs;
    db_commits(s->desk->db, &commits, &jobs);
    answers(o, &s->counters);
    one(o, "acts_total", "counter", "acts asked for", atomic_load(&s->counters.acts));
    one(o, "act_failures_total", "counter", "acts refused", atomic_load(&s->counters.act_failures));
    one(o, "commits_total", "counter", "commits of the writers", commits);
    one(o, "committed_jobs_total", "counter", "acts and other jobs in them", jobs);
    one(o, "refused_full_total", "counter", "requests refused for a full queue",
        atomic_load(&s->counters.refused_full));
    one(o, "refused_rate_total", "counter", "requests refused for their rate",
        atomic_load(&s->counters.refused_rate));
    one(o, "refused_guard_total", "counter", "requests the guard refused", h.refused);
    one(o, "connections", "gauge", "open connections", h.connections);
    one(o, "waiting", "gauge", "requests taken and not yet answered", h.waiting);
    one(o, "body_bytes", "gauge", "bytes of bodies in memory", h.bodies);
    one(o, "queue_quick", "gauge", "requests waiting for a worker", queue_length(s->quick));
    one(o, "queue_slow", "gauge", "requests waiting for a slow worker", queue_length(s->slow));
    one(o, "streams", "gauge", "open event streams", events_count(s->events));
    one(o, "resident_bytes", "gauge", "memory of the process", resident_bytes());
    one(o, "uptime_seconds", "gauge", "since the start", (wall_ms() - s->started_ms) / 1000);
    return reply_text(q, 200, "text/plain; version=0.0.4; charset=utf-8",
                      arena_str(q->a, str_of(o)));
}
