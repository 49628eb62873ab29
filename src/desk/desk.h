/* desk: what is open while the program runs: database, keys, calendar, clock profiles, records. */
#ifndef DESK_DESK_H
#define DESK_DESK_H
#include "base/base.h"
#include "base/crypto.h"
#include "db/db.h"
#include "desk/record.h"
#include "engine/calendar.h"

#include <pthread.h>

/* A profile of clocks: data (sla_profile), version fixed at dispatch. */
enum { PROFILE_CLOCKS_MAX = 40, LEVELS = 3 };
typedef struct Profile {
    const char *code;
    int version;
    const char *zh;
    int n;
    struct {
        const char *name;
        Span span;
    } at[PROFILE_CLOCKS_MAX];
    Span level[LEVELS];
    int warn_permille, callback_attempts;
} Profile;

enum { DESK_RECORDS_MAX = 64 };
typedef struct Desk {
    Db *db;
    Keys *keys;
    Calendar *calendar;
    const Record *records[DESK_RECORDS_MAX]; /* ends with NULL */
    struct Profiles *profiles;               /* profile.h */
    struct Keep *keep;                       /* keep.h; NULL: nothing is kept */
    struct Sealer *sealer;                   /* log.h */
    struct Ticker *ticker;                   /* tick.h */
    pthread_mutex_t tick_lock;               /* one thread fires at a time: they share a reader */
    _Atomic bool clock_jumped;               /* wall and monotonic clock disagree: firing stopped */
    _Atomic int64_t test_now; /* 0: the machine's clock; else a test clock's instant */
    bool test;                /* made by init --test */
} Desk;

int64_t desk_now(const Desk *d); /* ms: the machine's clock, or the test clock */
const Record *desk_record(const Desk *d, const char *name);   /* by name; NULL */
const Record *desk_plural(const Desk *d, const char *plural); /* by plural; NULL */
/* The desk's own tables (numbered texts). The modules' tables come from rec_ddl. */
extern const Migration desk_migrations[];
extern const int desk_migrations_n;
/* Makes and upgrades the desk's tables and those of all records. */
int desk_migrate(Desk *d, const char **why_out) MUST_USE;

/* Clock lengths: from the profile, or from the site's default profile ("demo"). */
int profiles_load(Desk *d, Reader *q) MUST_USE; /* again after a profile is published */
void profiles_free(Desk *d);                    /* all sets, when nobody reads any more */
const Profile *profile_find(const Desk *d, int64_t site, const char *code, int version);
bool profile_span(const Desk *d, int64_t site, const char *code, int version, const char *clock,
                  Span *out);
/* Reads a profile's JSON (domain: {"contact":[1,"wd"],...}). E_INPUT: why_out. */
int profile_parse(Arena *a, const char *json, Profile *out, const char **why_out) MUST_USE;
#endif
