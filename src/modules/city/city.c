/* city: the records of the city, all with the generic pages. Departments, parks, chains and classes
   are kept by the system administrator; enterprises and persons by the dispatcher too. */
#include "modules/city/city.h"

#include "desk/step.h"

#include <string.h>

#define KEEPERS (W_SYSADMIN | W_DISPATCHER)
#define LOOK    (W_STAFF | W_SYSADMIN | W_SECADMIN)

#define ROW Department
static const Field department_fields[] = {
    F(code, .zh = "代号", .en = "Code", .need = true, .list = true, .max = 20),
    F(name, .zh = "名称", .en = "Name", .need = true, .list = true, .max = 60),
    F(en, .zh = "英文名", .en = "English name", .max = 120),
    F(parent, .zh = "上级", .en = "Parent", .ref = "department", .filter = true),
    F(phone, .zh = "办公电话", .en = "Office telephone", .list = true, .max = 30),
    F(valid_from, .zh = "设立日期", .en = "Valid from"),
    F(valid_to, .zh = "撤销日期", .en = "Valid to"),
    F(successor, .zh = "承接部门", .en = "Successor", .ref = "department")};
static void department_rules(const void *row, Day today, Errors *e)
{
    (void)today;
    const Department *d = row;
    if (d->valid_from.has && d->valid_to.has && d->valid_to.v < d->valid_from.v)
        error_add(e, "valid_to", "不能早于设立日期", "may not be before the day it was set up");
}
const Record department_record =
    RECORD(department_fields, .name = "department", .plural = "departments", .zh = "部门",
           .en = "Departments", .unique = "code", .read = W_SIGNED_IN, .write = W_SYSADMIN,
           .rules = department_rules);
#undef ROW

#define ROW Duty
static const Field duty_fields[] = {
    F(department, .zh = "部门", .en = "Department", .need = true, .list = true, .filter = true,
      .ref = "department"),
    F(no, .zh = "序号", .en = "No.", .need = true, .list = true, .max = 20),
    F(name, .zh = "职责", .en = "Duty", .need = true, .list = true, .max = 200),
    F(class, .zh = "对应类别", .en = "Class", .list = true, .filter = true, .ref = "class")};
const Record duty_record =
    RECORD(duty_fields, .name = "duty", .plural = "duties", .zh = "职责清单", .en = "Duties",
           .title = "name", .unique = "department, no", .indexes = {"class, id"}, .read = LOOK,
           .write = W_SYSADMIN | W_SUPERVISOR);
#undef ROW

#define ROW Park
static const Field park_fields[] = {
    F(code, .zh = "代号", .en = "Code", .need = true, .list = true, .max = 20),
    F(name, .zh = "名称", .en = "Name", .need = true, .list = true, .max = 60),
    F(en, .zh = "英文名", .en = "English name", .max = 120),
    F(department, .zh = "管理部门", .en = "Department", .list = true, .ref = "department")};
const Record park_record =
    RECORD(park_fields, .name = "park", .plural = "parks", .zh = "园区", .en = "Parks",
           .unique = "code", .read = W_SIGNED_IN, .write = W_SYSADMIN);
#undef ROW

#define ROW Chain
static const Field chain_fields[] = {
    F(code, .zh = "代号", .en = "Code", .need = true, .list = true, .max = 40),
    F(name, .zh = "名称", .en = "Name", .need = true, .list = true, .max = 60),
    F(en, .zh = "英文名", .en = "English name", .max = 120),
    F(parent, .zh = "所属产业链", .en = "Part of", .list = true, .filter = true, .ref = "chain"),
    F(sample, .zh = "示范", .en = "Sample", .list = true, .filter = true)};
const Record chain_record =
    RECORD(chain_fields, .name = "chain", .plural = "chains", .zh = "产业链", .en = "Chains",
           .unique = "code", .read = W_SIGNED_IN, .write = W_SYSADMIN);
#undef ROW

static const Choice chain_roles[] = {{"chief", "链长", "Chain chief"},
                                     {"lead", "链主企业", "Lead enterprise"},
                                     {"office", "链办", "Chain office"},
                                     {"team", "专班", "Task force"},
                                     {0}};
#define ROW ChainRole
static const Field chain_role_fields[] = {
    F(chain, .zh = "产业链", .en = "Chain", .need = true, .list = true, .filter = true,
      .ref = "chain"),
    F(role, .zh = "角色", .en = "Role", .need = true, .list = true, .filter = true,
      .picks = chain_roles),
    F(post, .zh = "职务", .en = "Post", .list = true, .max = 60, .hint_zh = "写职务，不写姓名"),
    F(department, .zh = "部门", .en = "Department", .list = true, .ref = "department"),
    F(enterprise, .zh = "企业", .en = "Enterprise", .list = true, .ref = "enterprise")};
const Record chain_role_record =
    RECORD(chain_role_fields, .name = "chain_role", .plural = "chain-roles", .zh = "链上角色",
           .en = "Chain roles", .title = "post", .indexes = {"chain, id"}, .read = LOOK,
           .write = W_SYSADMIN);
#undef ROW

static const Choice sizes[] = {{"large", "大型", "Large"},
                               {"medium", "中型", "Medium"},
                               {"small", "小型", "Small"},
                               {"micro", "微型", "Micro"},
                               {0}};
static const Choice statuses[] = {{"open", "存续", "Active"},
                                  {"renamed", "已更名", "Renamed"},
                                  {"merged", "已合并", "Merged"},
                                  {"deregistered", "已注销", "Deregistered"},
                                  {0}};
#define ROW Enterprise
static const Field enterprise_fields[] = {
    F(name, .zh = "企业名称", .en = "Enterprise", .need = true, .list = true, .max = 80),
    F(uscc, .zh = "统一社会信用代码", .en = "Credit code", .list = true, .filter = true, .max = 18),
    F(address, .zh = "地址", .en = "Address", .max = 120),
    F(park, .zh = "园区", .en = "Park", .list = true, .filter = true, .ref = "park"),
    F(chain, .zh = "产业链", .en = "Chain", .list = true, .filter = true, .ref = "chain"),
    F(subchain, .zh = "细分链", .en = "Sub-chain", .filter = true, .ref = "chain"),
    F(size, .zh = "规模", .en = "Size", .list = true, .filter = true, .picks = sizes),
    F(gbt4754, .zh = "行业代码", .en = "Industry code", .max = 5,
      .hint_zh = "GB/T 4754-2017，如 2613"),
    F(above_scale, .zh = "规上", .en = "Above scale", .filter = true),
    F(status, .zh = "状态", .en = "Status", .filter = true, .picks = statuses),
    F(source, .zh = "资料来源", .en = "Source", .max = 200)};
static void enterprise_rules(const void *row, Day today, Errors *e)
{
    (void)today;
    const Enterprise *x = row;
    const char *const *wrong = x->uscc && *x->uscc ? uscc_fault(x->uscc) : NULL;
    if (wrong) error_add(e, "uscc", wrong[0], wrong[1]);
    if (x->gbt4754 && strspn(x->gbt4754, "0123456789") != strlen(x->gbt4754))
        error_add(e, "gbt4754", "应为 2 到 4 位数字", "should be 2 to 4 digits");
}
const Record enterprise_record =
    RECORD(enterprise_fields, .name = "enterprise", .plural = "enterprises", .zh = "企业",
           .en = "Enterprises", .indexes = {"uscc", "name"}, .read = LOOK | W_ANY_ENT, .own = "id",
           .write = KEEPERS, .rules = enterprise_rules);
#undef ROW

#define ROW Person
static const Field person_fields[] = {
    F(name, .zh = "姓名", .en = "Name", .need = true, .list = true, .max = 40),
    F(phone, .zh = "电话", .en = "Telephone", .list = true, .max = 30),
    F(post, .zh = "职务", .en = "Post", .list = true, .max = 60),
    F(employer, .zh = "所在企业", .en = "Employer", .list = true, .filter = true,
      .ref = "enterprise"),
    F(department, .zh = "所在部门", .en = "Department", .list = true, .filter = true,
      .ref = "department")};
const Record person_record =
    RECORD(person_fields, .name = "person", .plural = "persons", .zh = "人员", .en = "Persons",
           .read = W_DISPATCHER | W_SYSADMIN, .write = KEEPERS);
#undef ROW

#define ROW Deputy
static const Field deputy_fields[] = {
    F(absent, .zh = "不在的人", .en = "Absent", .need = true, .list = true, .filter = true,
      .ref = "account"),
    F(deputy, .zh = "代理人", .en = "Deputy", .need = true, .list = true, .filter = true,
      .ref = "account"),
    F(from_day, .zh = "从", .en = "From", .need = true, .list = true),
    F(until_day, .zh = "到（含）", .en = "Until", .need = true, .list = true),
    F(reason, .zh = "原因", .en = "Reason", .list = true, .max = 60)};
static void deputy_rules(const void *row, Day today, Errors *e)
{
    (void)today;
    const Deputy *d = row;
    if (d->from_day.has && d->until_day.has && d->until_day.v < d->from_day.v)
        error_add(e, "until_day", "不能早于开始日期", "may not be before the first day");
    if (d->absent.has && d->deputy.has && d->absent.v == d->deputy.v)
        error_add(e, "deputy", "不能由本人代理", "nobody is his own deputy");
}
const Record deputy_record =
    RECORD(deputy_fields, .name = "deputy", .plural = "deputies", .zh = "代理", .en = "Deputies",
           .title = "reason", .indexes = {"deputy"}, .read = LOOK,
           .write = W_ANY_HEAD | W_SUPERVISOR | W_SECADMIN, .rules = deputy_rules);
#undef ROW

static const Record *const records[] = {&department_record,
                                        &duty_record,
                                        &park_record,
                                        &chain_record,
                                        &chain_role_record,
                                        &enterprise_record,
                                        &person_record,
                                        &account_record,
                                        &deputy_record,
                                        &representation_record,
                                        NULL};
static const MenuEntry menu[] = {
    {"/enterprises", "企业", "企业与产业链", LOOK & ~W_SECADMIN, NULL},
    {"/chains", "产业链", "企业与产业链", LOOK & ~W_SECADMIN, NULL},
    {"/parks", "园区", "企业与产业链", LOOK & ~W_SECADMIN, NULL},
    {"/representations", "代表企业", "企业与产业链", W_DISPATCHER | W_ANY_ENT, NULL},
    {"/departments", "部门", "单位与人员", W_SYSADMIN | W_SECADMIN | W_DISPATCHER | W_SUPERVISOR,
     NULL},
    {"/duties", "职责清单", "单位与人员", W_SYSADMIN | W_DISPATCHER | W_SUPERVISOR, NULL},
    {"/chain-roles", "链上角色", "单位与人员", W_SYSADMIN, NULL},
    {"/persons", "人员", "单位与人员", W_SYSADMIN | W_DISPATCHER, NULL},
    {"/accounts", "账号", "单位与人员", W_SYSADMIN | W_SECADMIN | W_AUDADMIN, NULL},
    {"/deputies", "代理", "单位与人员", W_ANY_HEAD | W_SUPERVISOR | W_SECADMIN, NULL},
    {0}};
extern const Route city_routes[]; /* password.c */
void city_detail(Req *q, const Record *r, const Case *c);
const Module city_module = {
    .name = "city", .records = records, .routes = city_routes, .menu = menu, .detail = city_detail};
