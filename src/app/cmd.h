/* cmd: the commands. Each reads its own words and answers an exit status (options.h). */
#ifndef APP_CMD_H
#define APP_CMD_H
#include "app/app.h"
#include "app/options.h"

int cmd_init(const Command *c, int argc, char **argv);
int cmd_serve(const Command *c, int argc, char **argv);
int cmd_demo(const Command *c, int argc, char **argv);
int cmd_token(const Command *c, int argc, char **argv);
int cmd_user_add(const Command *c, int argc, char **argv);
int cmd_user(const Command *c, int argc, char **argv);
int cmd_sites(const Command *c, int argc, char **argv);
int cmd_migrate(const Command *c, int argc, char **argv);
int cmd_verify(const Command *c, int argc, char **argv);
int cmd_check(const Command *c, int argc, char **argv);
int cmd_clock(const Command *c, int argc, char **argv);
int cmd_routes(const Command *c, int argc, char **argv);
int cmd_rights(const Command *c, int argc, char **argv);
int cmd_doc(const Command *c, int argc, char **argv);
extern const Command commands[]; /* ends with {0}; main.c */

/* The two options that every command with data has, for its table. */
#define DATA_OPTIONS(o)                                                                            \
    {"data", "DIR", "the data folder; default LIANSHAO_DATA or ./data", .text = &(o).dir},         \
    {                                                                                              \
        "db", "URL", "postgres://... ; default LIANSHAO_DB or the SQLite file in DIR",             \
            .text = &(o).db                                                                        \
    }
/* Opens what the options say, with the defaults of the environment. */
int cmd_open(const Command *c, AppOptions *o, App *app) MUST_USE;
#endif
