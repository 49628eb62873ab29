/* web: what a page's code sees of HTTP, and what a module is. */
#ifndef WEB_WEB_H
#define WEB_WEB_H
#include "base/base.h"
#include "base/input.h"
#include "desk/act.h"
#include "desk/case.h"
#include "desk/find.h"

struct Server;
typedef struct Req {
    Arena *a; /* freed after the answer is sent */
    struct Server *srv;
    Desk *desk;
    Reader *q; /* in GET handlers and in parse; the snapshot of this request */
    Out out;   /* the body; out.lang is the viewer's language */
    Viewer who;
    int64_t now;
    Day today;
    const char *method, *path; /* decoded path without query */
    const char *rest;          /* what the route's {…} parts matched: req_id, req_part */
    const char *parts[4];
    int64_t id;      /* the part {id}; 0 when it is not a number: then the router answers 404 */
    const In *query; /* object of query parameters */
    const In *body;  /* object: form or JSON; NULL for GET */
    bool api;        /* below /api/: JSON and problem details */
    bool form;       /* body is a form */
    bool head, elder, compact;
    const char *fragment; /* X-Fragment, or NULL */
    int64_t if_rev;       /* If-Match or the form's rev; -1 */
    const char *idem_key; /* Idempotency-Key or the form's once; NULL */
    const char *csrf;     /* value for <input name="csrf">; "" without a session */
    Errors errors;
    /* A page's own form was sent with errors: the page again, with what was typed (body) and what was
       wrong; shell_end then answers 422. NULL: not so. */
    const Errors *again;
    /* The answer. */
    const char *type; /* "text/html; charset=utf-8" unless set */
    const char *location, *etag, *filename;
    const char *title; /* of the page */
    const char *menu;  /* path of the menu entry that is current */
    bool bare;         /* without the shell */
    bool no_store;
    int retry_after;
    struct Account *account; /* own */
} Req;

typedef enum {
    R_SIGNED_IN = 0, /* else 303 to /login, 401 for the API */
    R_PUBLIC = 1,    /* without signing in */
    R_SLOW = 2,      /* slow queue */
    R_NO_CSRF = 4    /* public calls without a cookie */
} RouteFlag;
/* GET: run. POST, PATCH, DELETE: parse makes an Act (or answers itself by returning a status),
   answer runs on a worker after the commit, or with act->rc == E_INPUT (a form again, 422); all other
   failures become error pages or problem details by themselves, and so does E_INPUT of the API. parse
   returns 0 to submit *act, or a status, or E_*. answer NULL: the whole record as JSON. */
typedef struct Route {
    const char *method, *path; /* "/whistles/{id}/dispatch"; {id} a number, {name} a segment */
    int flags;
    int (*run)(Req *q);
    int (*parse)(Req *q, Act **act);
    int (*answer)(Req *q, Act *act);
    const char *zh; /* what the page is, for `lianshao routes` and the handbook */
} Route;

typedef struct MenuEntry {
    const char *path, *zh, *group; /* group: heading in the side menu */
    uint64_t who;                  /* role bits */
    /* number beside it, or NULL; -1 = none */
    int64_t (*count)(Req *q);
} MenuEntry;

/* One line in modules.def is all that the program knows of a module. */
typedef struct Module {
    const char *name;
    const Record *const *records; /* ends with NULL */
    const Route *routes;   /* ends with {0}; may be NULL; they come before the generic ones */
    const MenuEntry *menu; /* ends with {0}; may be NULL: records that have no_menu unset */
    /* Page blocks of the generic detail that are the module's own; NULL: none. */
    void (*detail)(Req *q, const Record *r, const Case *c);
} Module;

/* An act on the request's behalf: viewer, revision, idempotency key, channel, and the body read into
   it (allow: further member names that the body may hold). Errors of the input stand in the act and
   are told after right and state; so a parse mostly is: return req_act(q, r, id, "sign", NULL, act). */
int req_act(Req *q, const Record *r, int64_t id, const char *action, const char *allow,
            Act **out) MUST_USE;

/* The usual answer after a form: to the record, the form again with its errors, or what is shown once. */
int generic_answer(Req *q, Act *act);
/* Answers. Each returns the status. */
int see_other(Req *q, const char *path);
int reply_json(Req *q, int status);
int reply_error(Req *q, int rc); /* E_* -> page or problem details with q->errors */
/* Runs body between the shell's head and foot: call shell_begin, write the page, shell_end. */
void shell_begin(Req *q, const char *title);    /* a page text, translated */
void shell_begin_as(Req *q, const char *title); /* a title as it is: a case's own */
int shell_end(Req *q, int status);
const char *req_arg(const Req *q,
                    const char *name); /* query parameter, NULL when absent or empty */
const char *req_typed(const Req *q, const char *name); /* what was typed there (body), or NULL */
/* Query parameters that are the page's own and filter nothing: order, place, columns, switches. */
bool param_is_of_page(const char *name);
/* Those of them that only say where one is, or switch: they belong to no link that is kept. */
bool param_is_passing(const char *name);
const char *asset_url(const char *name); /* "style.css" -> "/static/style.3f2a9c.css" */
/* saved.c: columns and kept views of a list, named by its plural. */
typedef struct ListColumn {
    const char *name, *label;
    bool shown;
} ListColumn;
const char *saved_opening(Req *q, const char *list);  /* where the bare address leads to; NULL */
const char *saved_query(Req *q, const char *without); /* this list's query without where one is */
bool saved_column(const Req *q, const char *name, bool usual); /* is it to be shown? */
void saved_bar(Req *q, const char *list, const ListColumn *c, int n);
/* Hidden fields every form needs: csrf, once (one-time number), rev. */
Html form_hidden(Req *q, int64_t rev);
#endif
