/* main: finds the command. */
#include "app/cmd.h"

#include <stdio.h>
#include <string.h>

const Command commands[] = {
    {"init", "[OPTIONS]", "Makes a data folder: its keys and its tables, with no site yet.",
     cmd_init},
    {"serve", "[OPTIONS]",
     "Serves pages, API and clocks in the foreground until SIGTERM or SIGINT.", cmd_serve},
    {"demo", "[CITY] [OPTIONS]",
     "Loads the demonstration city (jinchang) into a folder without sites.", cmd_demo},
    {"token", "--account NAME [OPTIONS]",
     "Makes a bearer token of an account; it stands on the last line.", cmd_token},
    {"user", "list | add --account NAME --name TEXT --role ROLE [OPTIONS]",
     "Shows the accounts, or makes one.", cmd_user},
    {"users", "list [OPTIONS]", "The same as user.", cmd_user},
    {"sites", "[OPTIONS]", "Shows the sites.", cmd_sites},
    {"migrate", "[OPTIONS]", "Brings the tables up to date.", cmd_migrate},
    {"verify", "--db [URL] [OPTIONS]",
     "Recomputes the log of every site and compares it with the signed heads.", cmd_verify},
    {"check", "[OPTIONS]", "Looks for cases without event, owner or running clock.", cmd_check},
    {"clock", "due --from TIME --n N --unit UNIT | due --batch",
     "Counts when a clock is due; --batch: lines \"from n unit\" on standard input.", cmd_clock},
    {"routes", "", "Shows every address: method, path, who, what.", cmd_routes},
    {"rights", "[OPTIONS]", "Shows what each role may do with each record.", cmd_rights},
    {"doc", "settings|routes|rights|commands", "Tables for the handbook.", cmd_doc},
    {0}};

static int help(void)
{
    puts("lianshao COMMAND [OPTIONS]; each has --help");
    for (const Command *c = commands; c->name; c++) printf("  %-9s %s\n", c->name, c->what);
    return EXIT_FINE;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (argc < 2) return help(), EXIT_USAGE;
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return help();
    if (strcmp(name, "--version") == 0) return puts("lianshao " LIANSHAO_VERSION), EXIT_FINE;
    for (const Command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0) return c->run(c, argc - 2, argv + 2);
    fprintf(stderr, "lianshao: no command %s; lianshao --help lists them\n", name);
    return EXIT_USAGE;
}
