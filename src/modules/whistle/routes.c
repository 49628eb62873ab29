/* routes: the whistle's own addresses and menu; whatever is not here is generic. */
#include "modules/whistle/pages.h"

/* The department's and the call-back staff's work stands on their desk. */
static int to_desk(Req *q)
{
    return see_other(q, "/");
}

static const Route routes[] = {
    {"GET", "/dept", .run = to_desk, .zh = "部门工作台：在首页"},
    {"GET", "/calls", .run = to_desk, .zh = "回访任务：在首页"},
    {"GET", "/", R_PUBLIC, .run = home_page, .zh = "工作台；未登录时是门户"},
    {"GET", "/whistles", 0, .run = whistle_list_page, .zh = "吹哨台账"},
    {"GET", "/whistles/new", R_PUBLIC, .run = new_page, .zh = "我要吹哨"},
    {"POST", "/whistles", R_PUBLIC | R_NO_CSRF, .parse = new_parse, .answer = new_answer,
     .zh = "发出或存草稿"},
    {"GET", "/whistles/sent", R_PUBLIC, .run = sent_page,
     .zh = "已发出：编号、查询码、最晚联系时间"},
    {"GET", "/whistles/{id}", 0, .run = whistle_page, .zh = "事项"},
    {"POST", "/whistles/{id}/submit", 0, .parse = submit_parse, .answer = new_answer,
     .zh = "发出草稿"},
    {"GET", "/whistles/{id}/dispatch", 0, .run = dispatch_page, .zh = "派单"},
    {"GET", "/whistles/{id}/reply", 0, .run = reply_page, .zh = "提交答复"},
    {"GET", "/whistles/{id}/evaluate", 0, .run = evaluate_page, .zh = "评价"},
    {"POST", "/whistles/{id}/evaluate", 0, .parse = evaluate_parse, .answer = evaluate_answer,
     .zh = "提交评价"},
    {"GET", "/whistles/{id}/print", 0, .run = print_page, .zh = "办理单"},
    {"GET", "/q", R_PUBLIC, .run = progress_page, .zh = "凭编号和查询码查进度"},
    {"POST", "/q", R_PUBLIC | R_NO_CSRF, .parse = progress_show, .zh = "进度"},
    {"POST", "/q/{action}", R_PUBLIC | R_NO_CSRF, .parse = progress_parse,
     .answer = progress_answer, .zh = "凭查询码评价、补充、催办、撤回等"},
    {"POST", "/api/v1/public/whistles", R_PUBLIC | R_NO_CSRF, .parse = public_create_parse,
     .answer = public_create_answer, .zh = "公众吹哨"},
    {"GET", "/api/v1/public/whistles/{number}", R_PUBLIC, .run = public_get, .zh = "公众查进度"},
    {"POST", "/api/v1/public/whistles/{number}/{action}", R_PUBLIC | R_NO_CSRF,
     .parse = public_act_parse, .answer = public_act_answer, .zh = "凭查询码办理"},
    {0}};

#define SEE (W_STAFF | W_ANY_ENT)
static const Record *const records[] = {&whistle_record, &class_record, NULL};
static const MenuEntry menu[] = {
    {"/", "工作台", "我的", SEE | W_SYSADMIN | W_SECADMIN | W_AUDADMIN, NULL},
    {"/requests", "待我决定", "我的",
     W_ANY_HEAD | W_SUPERVISOR | W_LEADER | W_DISPATCHER | W_ANY_HANDLER, NULL},
    {"/whistles", "吹哨台账", "企业吹哨", SEE, NULL},
    {"/whistles/new", "我要吹哨", "企业吹哨", W_ANY_ENT, NULL},
    {"/whistles/new", "代为吹哨", "企业吹哨", W_DISPATCHER | W_ANY_HANDLER | W_ANY_HEAD, NULL},
    {"/whistles/new", "我要吹哨", "不登录也能办", W_PUBLIC, NULL},
    {"/q", "查办理进度", "不登录也能办", W_PUBLIC, NULL},
    /* the phone's bar */
    {"/whistles/new", "吹哨", "#tab", W_ANY_ENT | W_DISPATCHER | W_ANY_HANDLER | W_ANY_HEAD, NULL},
    {"/whistles", "待办", "#tab", SEE, NULL},
    {"/classes", "类别", "单位与人员", W_SYSADMIN | W_DISPATCHER, NULL},
    {0}};
const Module whistle_module = {
    .name = "whistle", .records = records, .routes = routes, .menu = menu};
