/* form: the one builder of form fields, for generic pages and modules. */
#ifndef WEB_FORM_H
#define WEB_FORM_H
#include "web/web.h"

/* The inputs of these fields, one below the other. Values: what was typed (after an error), else the
   row's, else empty. server and hidden fields are left out; once fields when row is not NULL. */
void form_fields(Req *q, const Field *f, int n, const void *row, const In *typed, const Errors *e);
/* One of them alone, for pages that place their fields themselves. */
void form_field(Req *q, const Field *f, const void *row, const In *typed, const Errors *e);
/* "还没有提交，有 3 处要改", with links to the fields; takes the focus. Nothing without errors. */
void form_errors(Req *q, const Errors *e, const Field *f, int n);
/* What is wrong at this field of a form that is shown again (q->again), or NULL. */
const char *form_wrong(const Req *q, const char *name);
#endif
