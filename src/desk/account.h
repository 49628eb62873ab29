/* account: who may sign in, as what, and for whom. The record `account` is kept by the city module's
   pages; sessions, tokens and failed sign-ins are tables without events (DESIGN). */
#ifndef DESK_ACCOUNT_H
#define DESK_ACCOUNT_H
#include "desk/desk.h"
#include "desk/rights.h"

typedef struct Account {
    Head h;
    Text username, name, password; /* PHC string, hidden */
    Pick role;
    Ref department;
    bool stopped;
} Account;
extern const Record account_record;

/* By username, on this site first, then of any site while only one has it. E_MISSING. */
int account_by_name(Reader *q, Arena *a, int64_t site, const char *username, Account *out) MUST_USE;
/* Fills the viewer: role, department, enterprises, deputies. E_MISSING: gone or stopped. */
int account_viewer(Reader *q, Arena *a, int64_t site, int64_t account, int64_t now,
                   Viewer *out) MUST_USE;

/* Sessions: the cookie's 128 random bits stored hashed. kind 's' session, 't' API token. */
typedef struct Session {
    int64_t site, account, created_at, seen_at, ends_at;
    const char *scopes; /* tokens: "read write" ; sessions: NULL = all */
} Session;
/* These run as jobs of their own (no event). token_out: the text for the cookie or header. */
int session_new(Desk *d, Arena *a, int64_t site, int64_t account, int64_t now, int64_t ends_at,
                const char *kind, const char *scopes, const char **token_out) MUST_USE;
int session_find(Reader *q, Arena *a, const char *token, int64_t now,
                 Session *out) MUST_USE;                            /* E_LOGIN */
int session_seen(Desk *d, const char *token, int64_t now) MUST_USE; /* at most once a minute */
int session_end(Desk *d, const char *token) MUST_USE;
int session_end_all(Desk *d, int64_t site, int64_t account) MUST_USE;
int session_list(Reader *q, Arena *a, int64_t site, int64_t account, Result *out) MUST_USE;

/* Failed sign-ins of a username: locked after 5 in 15 minutes. */
enum { LOGIN_TRIES = 5, LOGIN_LOCK_MS = 15 * 60 * 1000 };
int64_t login_locked_until(Reader *q, Arena *a, const char *username, int64_t now); /* 0: free */
int login_failed(Desk *d, const char *username, int64_t now) MUST_USE;
int login_clear(Desk *d, const char *username) MUST_USE;
#endif
