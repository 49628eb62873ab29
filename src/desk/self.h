/* self: what a person changes of his own account: the password, and single sessions. */
#ifndef DESK_SELF_H
#define DESK_SELF_H
#include "desk/account.h"

/* Stores a new password (PHC text) with its event; the log holds that it changed, never what. */
int self_password(Desk *d, const Viewer *who, const char *phc, int64_t now) MUST_USE;
const char *self_password_of(Reader *q, Arena *a, const Viewer *who); /* PHC text, or NULL */
/* Ends one of the account's own sessions, named by its stored hash (session_list). */
int self_session_end(Desk *d, const Viewer *who, const char *hash) MUST_USE;
const char *self_session_hash(Arena *a, const char *token); /* as session_list names it */
#endif
