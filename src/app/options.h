/* options: the words after a command. Long options only, "--name value", "--name=value" or a flag. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H
#include "base/base.h"

typedef struct Option {
    const char *name;  /* "data"; a list ends with {0} */
    const char *value; /* how help names it: "DIR"; NULL: a flag */
    const char *help;
    const char **text; /* where a value goes; it keeps its default when the option is not given */
    bool *flag;
    bool optional; /* the value may be missing: the flag alone is set */
} Option;

typedef struct Command {
    const char *name, *usage, *what; /* "token", "--account NAME [OPTIONS]", one sentence */
    int (*run)(const struct Command *c, int argc, char **argv);
} Command;

enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };
enum { OPTIONS_HELP = -1, OPTIONS_WRONG = -2 };

/* argv after the command's name. Number of plain words (in rest, at most max), OPTIONS_HELP when help
   was printed, OPTIONS_WRONG when what is wrong was said on standard error. */
int options_read(const Command *c, const Option *o, int argc, char **argv, const char **rest,
                 int max) MUST_USE;
/* The same for what callers do: leaves *exit_out to be returned when false. */
bool options_ok(int n, int *exit_out) MUST_USE;
int usage_error(const Command *c, const char *fmt, ...) PRINTF(2, 3); /* EXIT_USAGE */
#endif
