/* uscc: the check digits of the unified social credit code, GB 32100-2015 (places 1-18) and of the
   organisation code inside it, GB 11714 (places 9-17). Pure. */
#include "modules/city/city.h"

#include <string.h>

static const char letters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY"; /* without I O S V Z */

static int value(char c)
{
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? (int)(at - letters) : -1;
}

static bool organisation_fits(const char *s)
{
    static const int weight[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 8; i++) {
        int v = s[i] >= '0' && s[i] <= '9' ? s[i] - '0' : s[i] - 'A' + 10;
        sum += v * weight[i];
    }
    int check = 11 - sum % 11;
    char want = check == 10 ? 'X' : check == 11 ? '0' : (char)('0' + check);
    return s[8] == want;
}

const char *const *uscc_fault(const char *s)
{
    static const char *const length[] = {"应为 18 位统一社会信用代码",
                                         "should be an 18-place credit code"};
    static const char *const letter[] = {"只能用数字和大写字母，不含 I、O、S、V、Z",
                                         "only digits and capital letters without I, O, S, V, Z"};
    static const char *const check[] = {
        "校验位不对，请核对是否抄错",
        "the check digit does not fit: please compare with the licence"};
    static const int weight[17] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    if (strlen(s) != 18) return length;
    int sum = 0;
    for (int i = 0; i < 18; i++) {
        int v = value(s[i]);
        if (v < 0) return letter;
        if (i < 17) sum += v * weight[i];
    }
    if (value(s[17]) != (31 - sum % 31) % 31 || !organisation_fits(s + 8)) return check;
    return NULL;
}

const char *uscc_grouped(Arena *a, const char *s)
{
    return s && strlen(s) == 18
               ? arena_f(a, "%.4s %.4s %.4s %.4s %.2s", s, s + 4, s + 8, s + 12, s + 16)
               : s;
}
