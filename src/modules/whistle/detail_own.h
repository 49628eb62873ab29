/* detail_own: the page of one whistle among its files. */
#ifndef MODULES_WHISTLE_DETAIL_OWN_H
#define MODULES_WHISTLE_DETAIL_OWN_H
#include "modules/whistle/view.h"

enum { PEOPLE_MAX = 64 };
typedef struct Sheet {
    Req *q;
    Case c;
    const Whistle *w;
    Names *names;
    bool staff;            /* not the enterprise itself */
    const Deadline *clock; /* the one that counts now; NULL */
    const Action *next;    /* the button to press next; NULL */
    int people_n;          /* accounts that the page names */
    int64_t people[PEOPLE_MAX];
    const char *people_names[PEOPLE_MAX];
    bool people_outside[PEOPLE_MAX]; /* speaks for an enterprise */
} Sheet;
int sheet_load(Req *q, int64_t id, Sheet *s) MUST_USE;
const Action *sheet_action(const Sheet *s, const char *name); /* open to this viewer now; NULL */
const char *person_name(const Sheet *s, int64_t id);          /* "—" when not known */
const char *person_post(const Sheet *s, int64_t id);          /* without the department */
const char *action_path(const Sheet *s, const Action *x);     /* where its form is, or is sent */
/* 申请延期²: the button's words. */
const char *action_word(const Sheet *s, const Action *x);

/* detail_facts.c */
void facts_block(const Sheet *s);
void parts_block(const Sheet *s);
void plan_block(const Sheet *s);
void clocks_block(const Sheet *s);
const char *outcome_word(const Sheet *s, const Deadline *d); /* 按时, 超期, 停止 */
const char *feedback_text(const Sheet *s); /* 已解决，满意（企业评价，3月18日） */

/* timeline.c */
typedef enum { BY_ALL, BY_FIRM, BY_DEPT, BY_TIME, BY_INSIDE } EventBy;
EventBy event_by(const Sheet *s, const Event *e);
const char *event_name(const Sheet *s, const Event *e);
const char *event_who(const Sheet *s, const Event *e);
/* What was said, and the small facts beside it; either may be "". */
void event_words(const Sheet *s, const Event *e, const char **said_out, const char **facts_out);
void timeline_block(const Sheet *s);
#endif
