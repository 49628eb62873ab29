/* whistle: 企业吹哨、部门响应, the main case (WHISTLE.md). Others may read the record; what is done to a
   whistle is done by act(). */
#ifndef MODULES_WHISTLE_WHISTLE_H
#define MODULES_WHISTLE_WHISTLE_H
#include "desk/flow.h"
#include "desk/record.h"
#include "web/web.h"

enum { DRAFT, SUBMITTED, DISPATCHED, OBJECTED, HANDLING, REPLIED, CLOSED, NOT_ACCEPTED, WITHDRAWN };
enum { VISIBLE_NORMAL, VISIBLE_CONFIDENTIAL };
enum { OUTCOME_SOLVED, OUTCOME_EXPLAINED, OUTCOME_REFERRED };
enum { SATISFIED_YES, SATISFIED_BASICALLY, SATISFIED_NO };
enum { YES, NO }; /* index into yes_no */
enum { BY_ENTERPRISE, BY_CALLBACK, BY_CLOCK };

typedef struct Whistle {
    Head h;
    /* what the submitter says */
    Text title, text, wish;
    Code class;
    Ref enterprise;
    Text unit; /* firm not registered yet */
    Text contact_name;
    Sealed contact_phone;
    bool anonymous;
    Pick visibility;
    bool urgent;
    Ref against;
    /* what the desk adds */
    Pick channel;
    bool urgent_confirmed;
    Text urgent_reason;
    Ref chain; /* of the enterprise when it blew the whistle */
    Ref first_receiver, lead, handler, deputy;
    Time submitted_at, contact_latest, dispatched_at, contacted_at;
    Text profile;
    Num profile_version;
    Text plan;
    Time plan_by;
    Pick outcome;
    Text reply, reply_call;
    Time replied_at;
    Num reworks;
    Time closed_at;
    Pick closed_by;
    Pick refuse_reason;
    Text refuse_route;
    Time contest_until;
    Pick withdraw_reason;
    Time reopen_until;
    /* module's own: shown as feedback, supporting, or not at all */
    Pick solved, satisfied, feedback_by, reached;
    Text words;
    Time rated_at;
    Text ratings;    /* each department rated: "41:yes,57:no" */
    Text supporters; /* ids of supporting departments, comma-separated */
    Text formers;    /* departments that were lead */
    Text code_hash;  /* HMAC of the query code */
    Ref author;      /* account that wrote the draft or entered it; 0 when anonymous */
    Num reopened;
    bool contested, final_reply, called_twice, not_contacted;
} Whistle;

typedef struct Class {
    Head h;
    Text code, name, en;
    Ref parent;
    Ref duty; /* department that answers for it */
    Text profile;
    Num position;
} Class;

extern const Record whistle_record, class_record;
extern const Module whistle_module;

/* Ids of "41,57" into out; number. */
int ids_of(const char *list, int64_t *out, int max);
enum { SUPPORT_MAX = 16 };
/* The whistle with this number whose query code this is: E_MISSING otherwise (same time either way). */
int whistle_by_code(Reader *q, Desk *d, Arena *a, int64_t site, const char *number,
                    const char *code, int64_t *id_out) MUST_USE;
#endif
