/* log: the append-only timeline of everything done, sealed into a Merkle tree per site (RFC 6962).
   act() inserts the event and a row in unsealed; the sealer gives positions without gaps and signs
   heads. A leaf hashes site, case, seq, actor, action, from, to, at, the salted hash of each changed
   field, and one hash over the row's salted field hashes after the act. */
#ifndef DESK_LOG_H
#define DESK_LOG_H
#include "desk/desk.h"

typedef struct LogValue {
    const char *field, *old, *new;
} LogValue;
typedef struct LogEvent {
    int64_t site, case_id, id, seq, actor, at;
    const char *record, *actor_name, *action, *from, *to, *note, *channel;
    bool internal;
    int n;
    const LogValue *v;
    Hash row_hash;
} LogEvent;
/* Inserts event and unsealed row. */
int log_append(Tx *tx, Arena *a, const LogEvent *e) MUST_USE;
/* Canonical leaf hash: recomputed by verify. data is the stored JSON of values with salts. */
Hash log_leaf(const LogEvent *e, const char *data);
/* The sealer: on its own thread every 200 ms when there is something; one in the cluster. */
int sealer_start(Desk *d) MUST_USE;
void sealer_stop(Desk *d);
int sealer_run(Desk *d) MUST_USE; /* once, now: number sealed */
/* Recomputes every leaf and the tree of a site and compares with the signed heads. Number of
   differences; each one a line in o. */
int log_verify(Reader *q, Desk *d, int64_t site, Out *o) MUST_USE;
#endif
