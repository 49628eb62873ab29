/* schema: the desk's own tables. Every key begins with site; nothing is unique across sites.
   Tables written without an event (DESIGN): session, login_try, notice_seen, idempotency, setting,
   counter, unsealed, leaf, log_state, log_head. */
#include "desk/desk.h"

static const char desk_1[] =
    /* a desk: a city with its counties and parks inside */
    "CREATE TABLE site (site {int} NOT NULL, code {text} NOT NULL, zh {text} NOT NULL, "
    "en {text} NOT NULL, host {text}, profile {text} NOT NULL, created_at {int} NOT NULL, "
    "PRIMARY KEY (site));\n"
    "CREATE TABLE setting (site {int} NOT NULL, name {text} NOT NULL, value {text} NOT NULL, "
    "PRIMARY KEY (site, name));\n"
    /* one act, one row; data: JSON of the changed values with their salts (log.c) */
    "CREATE TABLE event (site {int} NOT NULL, case_id {int} NOT NULL, seq {int} NOT NULL, "
    "id {int} NOT NULL, record {text} NOT NULL, action {text} NOT NULL, actor {int} NOT NULL, "
    "actor_name {text} NOT NULL, state_from {text}, state_to {text}, at {int} NOT NULL, "
    "channel {text} NOT NULL, internal {int} NOT NULL, note {text}, data {text} NOT NULL, "
    "row_hash {text} NOT NULL, PRIMARY KEY (site, case_id, seq));\n"
    "CREATE TABLE unsealed (site {int} NOT NULL, id {int} NOT NULL, case_id {int} NOT NULL, "
    "seq {int} NOT NULL, hash {text} NOT NULL, PRIMARY KEY (site, id));\n"
    "CREATE TABLE leaf (site {int} NOT NULL, pos {int} NOT NULL, case_id {int} NOT NULL, "
    "seq {int} NOT NULL, hash {text} NOT NULL, PRIMARY KEY (site, pos));\n"
    "CREATE UNIQUE INDEX leaf_case ON leaf (site, case_id, seq);\n"
    /* frontier: hashes of the complete subtrees of the right edge, largest first, hex */
    "CREATE TABLE log_state (site {int} NOT NULL, size {int} NOT NULL, frontier {text} NOT NULL, "
    "PRIMARY KEY (site));\n"
    "CREATE TABLE log_head (site {int} NOT NULL, size {int} NOT NULL, root {text} NOT NULL, "
    "at {int} NOT NULL, signature {text} NOT NULL, PRIMARY KEY (site, size));\n"
    /* who may see a case and as what: the row scope. State and due time are the case's, so that a
       party's list is read in order from here alone. The inbox is deadline by owner. */
    "CREATE TABLE work (site {int} NOT NULL, case_id {int} NOT NULL, party {int} NOT NULL, "
    "role {text} NOT NULL, record {text} NOT NULL, state {text}, next_due {int} NOT NULL, "
    "PRIMARY KEY (site, case_id, party, role));\n"
    "CREATE INDEX work_party ON work (site, party, record, next_due, case_id, state);\n"
    /* clocks that run; ended ones stand in clock_end */
    "CREATE TABLE deadline (site {int} NOT NULL, case_id {int} NOT NULL, clock {text} NOT NULL, "
    "party {text} NOT NULL, record {text} NOT NULL, owner {int} NOT NULL, owner_role {text} NOT "
    "NULL, "
    "started_at {int} NOT NULL, due_at {int} NOT NULL, warn_at {int} NOT NULL, span_n {int} NOT "
    "NULL, "
    "span_unit {int} NOT NULL, profile {text}, profile_version {int} NOT NULL, ref {int} NOT NULL, "
    "fired {int} NOT NULL, PRIMARY KEY (site, case_id, clock, party));\n"
    "CREATE INDEX deadline_due ON deadline (site, fired, due_at);\n"
    "CREATE INDEX deadline_owner ON deadline (site, owner, due_at);\n"
    "CREATE TABLE clock_end (site {int} NOT NULL, case_id {int} NOT NULL, clock {text} NOT NULL, "
    "party {text} NOT NULL, seq {int} NOT NULL, record {text} NOT NULL, owner {int} NOT NULL, "
    "owner_role {text} NOT NULL, started_at {int} NOT NULL, due_at {int} NOT NULL, "
    "warn_at {int} NOT NULL, span_n {int} NOT NULL, span_unit {int} NOT NULL, profile {text}, "
    "profile_version {int} NOT NULL, ref {int} NOT NULL, ended_at {int} NOT NULL, "
    "outcome {text} NOT NULL, PRIMARY KEY (site, case_id, clock, party, seq));\n"
    "CREATE TABLE mark (site {int} NOT NULL, case_id {int} NOT NULL, id {int} NOT NULL, "
    "kind {text} NOT NULL, level {int} NOT NULL, owner {int} NOT NULL, owner_role {text} NOT NULL, "
    "by_account {int} NOT NULL, by_name {text} NOT NULL, text {text}, opened_at {int} NOT NULL, "
    "closed_at {int} NOT NULL, answer {text}, closed_by {text}, PRIMARY KEY (site, case_id, id));\n"
    /* two-step requests */
    "CREATE TABLE proposal (site {int} NOT NULL, case_id {int} NOT NULL, id {int} NOT NULL, "
    "record {text} NOT NULL, kind {text} NOT NULL, by_account {int} NOT NULL, "
    "by_name {text} NOT NULL, reason {text}, input {text} NOT NULL, state {text} NOT NULL, "
    "asked_at {int} NOT NULL, due_at {int} NOT NULL, decider {int} NOT NULL, "
    "decider_who {int} NOT NULL, decided_by {text}, decided_at {int} NOT NULL, decision {text}, "
    "PRIMARY KEY (site, case_id, id));\n"
    "CREATE UNIQUE INDEX proposal_id ON proposal (site, id);\n"
    "CREATE INDEX proposal_inbox ON proposal (site, decider, state, due_at);\n"
    "CREATE TABLE notice (site {int} NOT NULL, id {int} NOT NULL, party {int} NOT NULL, "
    "role {text} NOT NULL, record {text} NOT NULL, case_id {int} NOT NULL, seq {int} NOT NULL, "
    "zh {text} NOT NULL, en {text} NOT NULL, at {int} NOT NULL, PRIMARY KEY (site, id));\n"
    "CREATE INDEX notice_party ON notice (site, party, id, role);\n"
    "CREATE TABLE notice_seen (site {int} NOT NULL, account {int} NOT NULL, id {int} NOT NULL, "
    "PRIMARY KEY (site, account));\n"
    "CREATE TABLE saved (site {int} NOT NULL, account {int} NOT NULL, list {text} NOT NULL, "
    "name {text} NOT NULL, query {text} NOT NULL, PRIMARY KEY (site, account, list, name));\n"
    "CREATE TABLE idempotency (site {int} NOT NULL, account {int} NOT NULL, key {text} NOT NULL, "
    "body {text} NOT NULL, at {int} NOT NULL, case_id {int} NOT NULL, request_id {int} NOT NULL, "
    "extra {text}, PRIMARY KEY (site, account, key));\n"
    "CREATE INDEX idempotency_at ON idempotency (site, at);\n"
    "CREATE TABLE counter (site {int} NOT NULL, kind {text} NOT NULL, day {text} NOT NULL, "
    "n {int} NOT NULL, PRIMARY KEY (site, kind, day));\n"
    "CREATE TABLE sla_profile (site {int} NOT NULL, code {text} NOT NULL, version {int} NOT NULL, "
    "zh {text} NOT NULL, body {text} NOT NULL, at {int} NOT NULL, "
    "PRIMARY KEY (site, code, version));\n"
    "CREATE TABLE speaks (site {int} NOT NULL, account {int} NOT NULL, enterprise {int} NOT NULL, "
    "main {int} NOT NULL, PRIMARY KEY (site, account, enterprise));\n"
    "CREATE INDEX speaks_enterprise ON speaks (site, enterprise);\n"
    "CREATE TABLE session (site {int} NOT NULL, hash {text} NOT NULL, kind {text} NOT NULL, "
    "account {int} NOT NULL, created_at {int} NOT NULL, seen_at {int} NOT NULL, "
    "ends_at {int} NOT NULL, scopes {text}, PRIMARY KEY (site, hash));\n"
    "CREATE INDEX session_account ON session (site, account);\n"
    "CREATE TABLE login_try (site {int} NOT NULL, username {text} NOT NULL, tries {int} NOT NULL, "
    "first_at {int} NOT NULL, PRIMARY KEY (site, username));\n";

const Migration desk_migrations[] = {{1, "desk", desk_1}};
const int desk_migrations_n = COUNT(desk_migrations);

enum { MODULES_NUMBER = 1000 }; /* the modules' tables come after the desk's own numbers */

int desk_migrate(Desk *d, const char **why_out)
{
    Arena a = {0};
    Out ddl = {.a = &a};
    for (int i = 0; d->records[i]; i++) rec_ddl(d->records[i], &ddl);
    Migration *m = arena_array(&a, (size_t)desk_migrations_n + 1, sizeof *m);
    for (int i = 0; i < desk_migrations_n; i++) m[i] = desk_migrations[i];
    m[desk_migrations_n] = (Migration){MODULES_NUMBER, "records", str_of(&ddl)};
    int rc = db_migrate(d->db, m, desk_migrations_n + 1, why_out);
    arena_free(&a);
    return rc;
}
