#include "app/options.h"

#include <stdio.h>
#include <string.h>

int usage_error(const Command *c, const char *fmt, ...)
{
    va_list va;
    va_start(va, fmt);
    fprintf(stderr, "lianshao %s: ", c->name);
    vfprintf(stderr, fmt, va);
    fprintf(stderr, "; see lianshao %s --help\n", c->name);
    va_end(va);
    return EXIT_USAGE;
}

static int print_help(const Command *c, const Option *o)
{
    printf("lianshao %s %s\n%s\n", c->name, c->usage, c->what);
    for (; o->name; o++)
        printf("  --%s%s%-*s %s\n", o->name, o->value ? " " : "",
               (int)(22 - strlen(o->name) - (o->value ? 1 : 0)), o->value ? o->value : "", o->help);
    printf("  --%-22s %s\n", "help", "this text");
    return OPTIONS_HELP;
}

static const Option *find(const Option *o, const char *word, size_t n)
{
    for (; o->name; o++)
        if (strlen(o->name) == n && memcmp(o->name, word, n) == 0) return o;
    return NULL;
}

/* One option at argv[*i]; false: wrong, and said. */
static bool take(const Command *c, const Option *all, int argc, char **argv, int *i)
{
    const char *word = argv[*i] + 2;
    size_t n = strcspn(word, "=");
    const Option *o = find(all, word, n);
    if (!o) {
        (void)usage_error(c, "no option %s", argv[*i]);
        return false;
    }
    const char *value = word[n] ? word + n + 1 : NULL;
    if (!o->value && value) {
        (void)usage_error(c, "--%s takes no value", o->name);
        return false;
    }
    bool next = *i + 1 < argc && (!o->optional || argv[*i + 1][0] != '-');
    if (o->value && !value && next) value = argv[++*i];
    if (o->value && !value && !o->optional) {
        (void)usage_error(c, "--%s needs a value (%s)", o->name, o->value);
        return false;
    }
    if (o->flag) *o->flag = true;
    if (o->text && value) *o->text = value;
    return true;
}

int options_read(const Command *c, const Option *o, int argc, char **argv, const char **rest,
                 int max)
{
    int n = 0;
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return print_help(c, o);
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0 && argv[i][2]) {
            if (!take(c, o, argc, argv, &i)) return OPTIONS_WRONG;
            continue;
        }
        if (n == max || argv[i][0] == '-') {
            (void)usage_error(c, "\"%s\" is not understood", argv[i]);
            return OPTIONS_WRONG;
        }
        rest[n++] = argv[i];
    }
    return n;
}

bool options_ok(int n, int *exit_out)
{
    *exit_out = n == OPTIONS_HELP ? EXIT_FINE : EXIT_USAGE;
    return n >= 0;
}
