/* pages: handlers of the whistle's own pages; all other pages and the API are the generic ones. */
#ifndef MODULES_WHISTLE_PAGES_H
#define MODULES_WHISTLE_PAGES_H
#include "modules/whistle/whistle_own.h"
#include "web/web.h"

/* desk.c: the first page: portal for the public, else the desk of one's role */
int home_page(Req *q);
int portal_page(Req *q);          /* portal.c */
int desk_enterprise_page(Req *q); /* desk_enterprise.c */
int desk_staff_page(
    Req *q); /* desk_staff.c: dispatcher, handler, head, supervisor, leader, callback, auditor */
/* list.c */
int whistle_list_page(Req *q);
/* detail.c */
int whistle_page(Req *q);
/* dispatch_page.c, reply_page.c, print.c */
int dispatch_page(Req *q);
int reply_page(Req *q);
int print_page(Req *q);
/* new.c: the form for everyone (signed in or not), and what was sent */
int new_page(Req *q);
int new_parse(Req *q, Act **act);
int new_answer(Req *q, Act *act);
int submit_parse(Req *q, Act **act); /* a draft is sent: its answer is new_answer, too */
int sent_page(Req *q);
/* progress.c: /q with number and query code, without an account; actions from there */
int progress_page(Req *q);             /* GET: asks for number and code */
int progress_show(Req *q, Act **act);  /* POST /q: answers 200 itself */
int progress_parse(Req *q, Act **act); /* POST /q/{action}: number, code and the action's fields */
int progress_answer(Req *q, Act *act);
/* evaluate.c: signed in, /whistles/{id}/evaluate; its block is used by /q as well */
int evaluate_page(Req *q);
int evaluate_parse(Req *q, Act **act);
int evaluate_answer(Req *q, Act *act);
void evaluate_block(Req *q, const Case *c, const char *action, Html hidden, const In *typed);
/* public_api.c */
int public_create_parse(Req *q, Act **act);
int public_create_answer(Req *q, Act *act);
int public_get(Req *q);
int public_act_parse(Req *q, Act **act);
int public_act_answer(Req *q, Act *act);

/* view.c: words shared by these pages */
Html light_html(Req *q, int64_t due, int64_t warn,
                ClockUnit unit);                  /* light with shape, word, time left */
const char *clock_zh(const char *clock);          /* 首次联系, 办结 ... of a clock's name */
const char *state_word(Req *q, const Whistle *w); /* 待派 待签 有异议 在办 待评 已办 ... */
const char *class_name(Req *q, const char *code);
const char *dept_name(Req *q, int64_t id);             /* cached for the request; "—" when 0 */
const char *enterprise_name(Req *q, const Whistle *w); /* enterprise, or unit, or 匿名 */
const char *date_zh(Req *q, int64_t ms); /* 3月18日 10:20; with 今天/明天 where it helps */
/* "为什么是这个时间？" : rule, counted days as a calendar, profile. */
void why_block(Req *q, const Deadline *d);
#endif
