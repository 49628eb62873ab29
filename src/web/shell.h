/* shell: the frame round every page, and the small words that pages share. Own to web. */
#ifndef WEB_SHELL_H
#define WEB_SHELL_H
#include "web/web.h"

/* The sentence in the viewer's language. */
const char *shell_words(const Req *q, const char *zh, const char *en);
/* "不登录也能办": the public menu entries. */
void shell_without_login(Req *q);
const char *shell_brand(const Req *q); /* "金昌市产业链服务台" */
/* The group under the menu of a person: what to do first. Each entry once, with its number. */
void shell_menu(Req *q);
#endif
