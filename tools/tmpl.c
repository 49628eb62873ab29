/* tmpl IN.html OUT.h [SHOWN]: an HTML template becomes C functions while the program is built.
   tools/README.md has the syntax. What could put a stranger's text where it would run (script, style,
   event or unquoted attribute, tag or attribute name) is refused here; a value whose type has no writing
   is refused by the C compiler, at the template's line. Knows tags and attributes, not which tag may
   stand in which.
   SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    BODY,
    TAG,
    VALUE,
    BARE,
    RAW
}; /* BARE: attribute without quotes; RAW: inside script or style */

/* Where the next character stands. */
typedef struct Place {
    int at;
    char quote;     /* of the VALUE */
    char tag[24];   /* name seen last; "" in a closing tag */
    char attr[40];  /* name being read or just read */
    size_t attr_n;  /* its length so far; may be more than fits */
    bool name_over; /* white space after a name: a '=' may not follow */
    bool url_begun; /* the URL attribute already holds something that is not a path: value */
    int keep;       /* depth of pre and textarea */
} Place;

typedef struct Block {
    Place place;    /* where it began */
    bool url_begun; /* by a branch before this one */
    int line;
} Block;

static const char *file, *out_name;
static FILE *out;
static int line = 1;
static Place now;
static Block blocks[64];
static int blocks_n;
static char pending[1 << 20]; /* markup not yet written */
static size_t pending_n;

static void fail_at(int at, const char *why)
{
    fprintf(stderr, "%s:%d: %s\n", file, at, why);
    if (out) fclose(out);
    if (out_name) remove(out_name);
    exit(1);
}

static void fail(const char *why)
{
    fail_at(line, why);
}

static bool starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

static bool in_list(const char *s, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(s, *list) == 0) return true;
    return false;
}

static bool is_url(const char *attr)
{
    static const char *const urls[] = {
        "href",   "src",      "action",    "formaction",  "poster",         "cite",
        "data",   "ping",     "manifest",  "xlink:href",  "hx-get",         "hx-post",
        "hx-put", "hx-patch", "hx-delete", "hx-push-url", "hx-replace-url", NULL};
    return in_list(attr, urls);
}

static bool is_closed_to_values(const char *attr)
{
    static const char *const closed[] = {"srcdoc",     "srcset",     "hx-vals",    "hx-vars",
                                         "hx-headers", "hx-trigger", "hx-request", "hx-ext",
                                         "http-equiv", NULL};
    return in_list(attr, closed);
}

/* ---- markup: follow one character ---- */

static void attr_known(void)
{
    if (starts(now.attr, "on") || starts(now.attr, "hx-on"))
        fail("an event attribute: script lives in ui/, the page's policy forbids it here");
    if (strcmp(now.attr, "style") == 0)
        fail("a style attribute: use a class, the page's policy forbids it");
}

static void name_begins(void)
{
    now.attr_n = 0;
    now.attr[0] = 0;
    now.name_over = false;
    now.url_begun = false;
}

static void tag_opens(const char *s)
{
    bool closing = s[1] == '/';
    size_t n = strcspn(s + 1, " \t\r\n>{\"'=");
    if (starts(s, "<!--")) fail("an HTML comment: write {# ... #}, which is not sent");
    if (!isalpha((unsigned char)s[1]) && !(closing && isalpha((unsigned char)s[2])) && s[1] != '!')
        fail("a lone <: write &lt;");
    if (n >= sizeof now.tag) fail("no tag has such a long name");
    for (size_t i = 0; i < n; i++) now.tag[i] = (char)tolower((unsigned char)s[1 + i]);
    now.tag[n] = 0;
    if (n && now.tag[n - 1] == '/') now.tag[n - 1] = 0; /* <br/> */
    if (strcmp(now.tag, "style") == 0) fail("a style element: ui/style.css is the place");
    if (strcmp(now.tag, "/pre") == 0 || strcmp(now.tag, "/textarea") == 0) now.keep--;
    now.at = TAG;
    name_begins();
    now.attr_n = sizeof now.attr; /* the tag's own name is no attribute: wait for white space */
}

static void tag_closes(void)
{
    if (now.attr_n < sizeof now.attr) attr_known();
    if (strcmp(now.tag, "pre") == 0 || strcmp(now.tag, "textarea") == 0) now.keep++;
    now.at = strcmp(now.tag, "script") == 0 ? RAW : BODY;
    name_begins();
}

static void follow_tag(const char *s)
{
    char c = *s;
    if (c == '>') {
        tag_closes();
    } else if (isspace((unsigned char)c) || c == '/') {
        if (now.attr_n && now.attr_n < sizeof now.attr)
            attr_known(), now.name_over = true;
        else
            name_begins();
    } else if (c == '=') {
        if (now.attr_n == 0 || now.attr_n >= sizeof now.attr || now.name_over)
            fail("a = without a name right before it");
        attr_known();
        if (isspace((unsigned char)s[1])) fail("white space after =");
        now.at = BARE;
    } else if (c == '"' || c == '\'' || c == '<') {
        fail("a quote or < where an attribute's name should stand");
    } else {
        if (now.name_over) name_begins();
        if (now.attr_n < sizeof now.attr) {
            now.attr[now.attr_n++] = (char)tolower((unsigned char)c);
            if (now.attr_n == sizeof now.attr) fail("no attribute has such a long name");
            now.attr[now.attr_n] = 0;
        }
    }
}

static void follow(const char *s, char before)
{
    char c = *s;
    if (c == '\n') line++;
    switch (now.at) {
    case BODY:
        if (c == '<') tag_opens(s);
        break;
    case TAG: follow_tag(s); break;
    case BARE:
        if (before == '=' && (c == '"' || c == '\'')) {
            now.at = VALUE, now.quote = c;
            if (is_url(now.attr) &&
                strncasecmp(s + 1 + strspn(s + 1, " \t\r\n"), "javascript:", 11) == 0)
                fail("a javascript: address");
        } else if (c == '>') {
            now.at = TAG, now.attr_n = 0, tag_closes();
        } else if (isspace((unsigned char)c)) {
            now.at = TAG, name_begins();
        }
        break;
    case VALUE:
        if (c == now.quote)
            now.at = TAG, name_begins();
        else
            now.url_begun = true;
        break;
    case RAW:
        if (starts(s, "</script"))
            tag_opens(s);
        else if (!isspace((unsigned char)c))
            fail("script inside a page: it lives in ui/, the page's policy forbids it here");
        break;
    default: break;
    }
}

/* ---- C out ---- */

static void flush(void)
{
    if (!pending_n) return;
    fprintf(out, "    out_rawn(o, \"");
    for (size_t i = 0; i < pending_n; i++) {
        char c = pending[i];
        if (c == '\n')
            fprintf(out, "\\n%s", i + 1 < pending_n ? "\"\n                \"" : "");
        else if (c == '"' || c == '\\' || c == '?')
            fprintf(out, "\\%c", c); /* ?: C17 still has trigraphs */
        else if (c == '\t')
            fprintf(out, "\\t");
        else
            fputc(c, out);
    }
    fprintf(out, "\", %zu);\n", pending_n);
    pending_n = 0;
}

static void add(char c)
{
    if (pending_n == sizeof pending) fail("too much markup in one piece");
    pending[pending_n++] = c;
}

static void mark_line(int at)
{
    fprintf(out, "#line %d \"%s\"\n", at, file);
}

/* ---- C inside the marks ---- */

/* Past a string, character or comment of C that begins at s; s itself when none does. */
static const char *skip_literal(const char *s)
{
    if (starts(s, "/*")) {
        const char *e = strstr(s + 2, "*/");
        return e ? e + 2 : s + strlen(s);
    }
    if (*s != '"' && *s != '\'') return s;
    char q = *s++;
    for (; *s && *s != q && *s != '\n'; s++)
        if (*s == '\\' && s[1]) s++;
    return *s == q ? s + 1 : s;
}

/* The closing mark after s, which is C: not one inside a string or a compound literal. */
static const char *close_of(const char *s, const char *mark)
{
    int depth = 0;
    while (*s) {
        const char *over = skip_literal(s);
        if (over != s) {
            s = over;
            continue;
        }
        if (depth <= 0 && starts(s, mark)) return s;
        if (mark[0] == '}') depth += (*s == '{') - (*s == '}');
        s++;
    }
    fail("this is never closed");
    return s;
}

static bool same(const Place *a, const Place *b)
{
    return a->at == b->at && (a->at != VALUE || a->quote == b->quote) && a->keep == b->keep &&
           ((a->at != VALUE && a->at != BARE) || strcmp(a->attr, b->attr) == 0);
}

/* A block must end in the place where it began, so that the way taken never changes what a value is. */
static void follow_braces(const char *s, const char *end)
{
    const Block *closed = NULL; /* by this same statement: } else { */
    while (s < end) {
        const char *over = skip_literal(s);
        if (over != s) {
            s = over;
            continue;
        }
        if (*s == '{') {
            if (blocks_n == sizeof blocks / sizeof *blocks) fail("blocks nested too deep");
            Block b = {now, false, line};
            if (closed) b.place = closed->place, b.url_begun = now.url_begun, now = closed->place;
            blocks[blocks_n++] = b;
            closed = NULL;
        } else if (*s == '}') {
            char why[120];
            if (!blocks_n) fail("a } without its {");
            blocks_n--;
            snprintf(
                why, sizeof why,
                "the block from line %d ends in another place (tag, attribute, pre) than it began",
                blocks[blocks_n].line);
            if (!same(&blocks[blocks_n].place, &now)) fail(why);
            closed = &blocks[blocks_n];
            bool url_begun = now.url_begun || closed->url_begun;
            now = closed->place;
            now.url_begun |= url_begun;
        }
        s++;
    }
}

static void statement(const char *s, const char *end)
{
    while (s < end && isspace((unsigned char)*s)) line += *s++ == '\n';
    while (end > s && isspace((unsigned char)end[-1])) end--;
    if (s == end) fail("an empty {% %}");
    if (*s != '#' && !strchr(";{}:", end[-1]) && !(end - s > 2 && starts(end - 2, "*/")))
        fail("a statement ends with ; { } or : (a block always has its braces)");
    follow_braces(s, end);
    mark_line(line);
    fprintf(out, "%.*s\n", (int)(end - s), s);
}

static void template_begins(const char *s, const char *end)
{
    while (s < end && isspace((unsigned char)*s)) s++;
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (!n || s[n] != '(') fail("write {%template name(Out *o, ...)%}, name in lower case");
    if (!starts(s + n, "(Out *o,") && !starts(s + n, "(Out *o)"))
        fail("the first parameter is Out *o");
    memset(&now, 0, sizeof now);
    mark_line(line);
    fprintf(out, "__attribute__((unused)) static void %.*s\n{\n    (void)o;\n", (int)(end - s), s);
}

static const char *writer(const char **expr, const char *end)
{
    const char *s = *expr;
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz_");
    bool path = false;
    if (n && s + n < end && s[n] == ':') {
        if (n != 4 || !starts(s, "path:"))
            fail("only path: may stand before a value; there is no raw writing, a C value of type "
                 "Html is "
                 "written as it is");
        path = true;
        *expr = s + 5;
    }
    if (now.at == RAW) fail("a value inside script; pass data in a data- attribute");
    if (now.at == TAG) fail("a value in a tag must stand inside a quoted attribute");
    if (now.at == BARE) fail("a value in an attribute without quotes");
    if (now.at == VALUE && is_closed_to_values(now.attr))
        fail("no value may stand in this attribute");
    if (now.at == VALUE && is_url(now.attr)) {
        if (!path) return "put_url";
        if (now.url_begun)
            fail("path: writes a whole address from its beginning; nothing may stand before it");
        return "put_path";
    }
    if (path) fail("path: belongs in an address attribute (href, src, action, formaction)");
    return "put";
}

static void value(const char *s, const char *end)
{
    while (s < end && isspace((unsigned char)*s)) line += *s++ == '\n';
    while (end > s && isspace((unsigned char)end[-1])) end--;
    const char *how = writer(&s, end);
    while (s < end && isspace((unsigned char)*s)) s++;
    if (s >= end) fail("an empty {{ }}");
    if (strcmp(how, "put_path") != 0) now.url_begun = true;
    mark_line(line);
    fprintf(out, "    %s(o, %.*s);\n", how, (int)(end - s), s);
}

static void words(const char *s, const char *end)
{
    if (now.at != BODY && now.at != VALUE) fail("[[ ]] stands in text or in a quoted attribute");
    if (now.at == VALUE && (is_url(now.attr) || is_closed_to_values(now.attr)))
        fail("[[ ]] in an attribute that is no text");
    if (s == end) fail("an empty [[ ]]");
    for (const char *p = s; p < end; p++)
        if (strchr("<>\"&\\\n{", *p))
            fail("[[ ]] holds plain words in one line, without < > \" & \\ {");
    mark_line(line);
    fprintf(out, "    out_tr(o, \"%.*s\");\n", (int)(end - s), s);
}

/* ---- the file ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Does the mark from s to end stand on a line of nothing but statements and comments? Then the line leaves
   no trace in the page. */
static bool alone(const char *begin, const char *s, const char *end)
{
    const char *b = s;
    for (;;) {
        while (b > begin && is_blank(b[-1])) b--;
        if (b == begin || b[-1] == '\n') break;
        if (!(b - begin > 1 && b[-1] == '}' && (b[-2] == '%' || b[-2] == '#'))) return false;
        b -= 2;
        while (b > begin && !starts(b, "{%") && !starts(b, "{#")) b--;
    }
    for (;;) {
        while (is_blank(*end) || *end == '\r') end++;
        if (*end == '\n' || !*end) break;
        if (!starts(end, "{%") && !starts(end, "{#")) return false;
        end = strstr(end + 2, end[1] == '%' ? "%}" : "#}");
        if (!end) return false;
        end += 2;
    }
    return true;
}

/* One character or one run of white space of markup. */
static const char *markup(const char *begin, const char *s)
{
    char before = s > begin ? s[-1] : 0;
    if (isspace((unsigned char)*s) && now.at != VALUE && !now.keep) {
        bool breaks = false;
        const char *e = s;
        int at = now.at;
        for (; isspace((unsigned char)*e); e++)
            breaks |= *e == '\n', follow(e, before), before = *e;
        if (at == TAG || at == BARE)
            add(' ');
        else if (!breaks)
            add(' ');
        else if (!pending_n || pending[pending_n - 1] != '\n')
            add('\n');
        return e;
    }
    follow(s, before);
    if (*s != '\r') add(*s);
    return s + 1;
}

static void compile(const char *src, size_t n)
{
    if (strlen(src) != n) fail("a NUL byte");
    int inside = 0;
    for (const char *s = src; *s;) {
        bool code = starts(s, "{%"), val = starts(s, "{{"), note = starts(s, "{#"),
             tr = starts(s, "[[");
        if (!code && !val && !note && !tr) {
            if (inside) {
                s = markup(src, s);
            } else {
                if (!isspace((unsigned char)*s)) fail("text outside a template");
                line += *s++ == '\n';
            }
            continue;
        }
        int from_line = line;
        bool vanishes = false;
        const char *in = s + 2;
        const char *end =
            note || tr ? strstr(in, note ? "#}" : "]]") : close_of(in, code ? "%}" : "}}");
        if (!end) fail("this is never closed");
        const char *after = end + 2;
        if ((code || note) && inside && !now.keep && now.at == BODY)
            vanishes = alone(src, s, after);
        if (vanishes) /* the indentation before it was not wanted */
            while (pending_n && is_blank(pending[pending_n - 1]) && s > src) pending_n--;
        if (!note) flush();
        if (code && (starts(in, "template ") || starts(in, "template\n"))) {
            if (inside) fail_at(from_line, "the template before has no {%end%}");
            template_begins(in + 9, end);
            inside = from_line;
            vanishes = true;
        } else if (code && starts(in, "end") && end - in - 3 == (long)strspn(in + 3, " \t\r\n")) {
            if (!inside) fail("{%end%} without its template");
            if (blocks_n)
                fail_at(blocks[blocks_n - 1].line, "this block is not closed before {%end%}");
            if (now.at != BODY || now.keep)
                fail("the template ends inside a tag, a script, a pre or a textarea");
            fprintf(out, "}\n");
            inside = 0;
        } else if (code) {
            statement(in, end);
        } else if (val || tr) {
            if (!inside) fail("a value or words outside a template");
            if (val)
                value(in, end);
            else
                words(in, end);
        }
        line = from_line;
        for (const char *p = s; p < after; p++) line += *p == '\n';
        s = after;
        if (vanishes) { /* with the rest of its line and the next one's indentation */
            while (is_blank(*s) || *s == '\r') s++;
            if (*s == '\n') line++, s++;
            while (is_blank(*s)) s++;
        }
    }
    if (inside) fail_at(inside, "this template has no {%end%}");
}

int main(int argc, char **argv)
{
    static char src[1 << 20];
    FILE *in = argc == 3 || argc == 4 ? fopen(argv[1], "rb") : NULL;
    if (!in) return fprintf(stderr, "usage: tmpl IN.html OUT.h [NAME SHOWN IN MESSAGES]\n"), 2;
    size_t n = fread(src, 1, sizeof src - 1, in);
    fclose(in);
    file = argc == 4 ? argv[3] : argv[1];
    if (n == sizeof src - 1) fail("larger than 1 MiB");
    out = fopen(argv[2], "wb");
    if (!out) return perror(argv[2]), 1;
    out_name = argv[2];
    fprintf(out, "/* made from a template */\n#pragma once\n");
    compile(src, n);
    bool bad = ferror(out) || fclose(out);
    out = NULL;
    if (bad) fail("cannot be written");
    return 0;
}
