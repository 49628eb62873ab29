/* city: who is here: departments with their duties, parks, chains, enterprises, persons, accounts,
   deputies, and who speaks for an enterprise. Open to all modules. */
#ifndef MODULES_CITY_CITY_H
#define MODULES_CITY_CITY_H
#include "desk/account.h"
#include "desk/record.h"
#include "web/web.h"

typedef struct Department {
    Head h;
    Text code, name, en;
    Ref parent;
    Text phone;
    Day valid_from, valid_to;
    Ref successor;
} Department;
typedef struct Duty {
    Head h;
    Ref department;
    Text no, name;
    Code class; /* class or sub-class it answers for */
} Duty;
typedef struct Park {
    Head h;
    Text code, name, en;
    Ref department;
} Park;
/* A chain of "2+4", or a sub-chain when it has a parent. */
typedef struct Chain {
    Head h;
    Text code, name, en;
    Ref parent;
    bool sample; /* 示范: named for the demonstration only */
} Chain;
typedef struct ChainRole {
    Head h;
    Ref chain;
    Pick role; /* chief, lead, office, team */
    Text post;
    Ref department, enterprise;
} ChainRole;
typedef struct Enterprise {
    Head h;
    Text name, uscc, address;
    Ref park, chain, subchain;
    Pick size;
    Text gbt4754;
    bool above_scale;
    Pick status;
    Text source; /* where public facts about a named firm were read */
} Enterprise;
typedef struct Person {
    Head h;
    Text name;
    Sealed phone;
    Text post;
    Ref employer, department;
} Person;
typedef struct Deputy {
    Head h;
    Ref absent, deputy;
    Day from_day, until_day;
    Text reason;
} Deputy;
typedef struct Representation {
    Head h;
    Text firm; /* name or credit code as typed: it opens nothing by itself */
    bool main;
    Text proof;
    Ref enterprise;
    Ref account; /* who asks */
} Representation;

extern const Record department_record, duty_record, park_record, chain_record, chain_role_record,
    enterprise_record, person_record, deputy_record, representation_record;
extern const Module city_module;

/* Unified social credit code (GB 32100-2015) with the organisation code inside it (GB 11714).
   NULL when it is right, else what is wrong in {zh, en}. */
const char *const *uscc_fault(const char *s);
/* 91620300MA7HENGT6X -> "9162 0300 MA7H ENGT 6X" */
const char *uscc_grouped(Arena *a, const char *s);
#endif
