// ServiceManagement: the login item of the application itself.
#include "fake.h"

const char *fake_bundle_path(void);
id fake_error(NSInteger code, const char *words);

enum { NOT_REGISTERED, ENABLED, REQUIRES_APPROVAL, NOT_FOUND };
// Before it is registered for the first time the system does not find it (reported for macOS 13 to 26).
static NSInteger status = NOT_FOUND;
static int settings_opened;
void fake_login_item_is(int new) { status = new; }
int fake_login_item(void) { return (int)status; }
int fake_settings_opened(void) { return settings_opened; }

static bool macos_has_it(void) { return atoi(getenv("FAKE_MACOS") ?: "15") >= 13; }

@interface SMAppService : NSObject
@end
@implementation SMAppService
+ (id)mainAppService {
    // SMAppService.h: API_AVAILABLE(macos(13.0)); before, there is no such class.
    if (!macos_has_it()) raise_exception("NSInvalidArgumentException", "SMAppService before macOS 13");
    return [[self new] autorelease];
}
+ (void)openSystemSettingsLoginItems { settings_opened++; }
- (NSInteger)status { return status; }
- (BOOL)registerAndReturnError:(id *)error {
    // A translocated application has no lasting place: "Operation not permitted" (code 1), as reported.
    if (strstr(fake_bundle_path(), "/AppTranslocation/")) { if (error) *error = fake_error(1, "Operation not permitted"); return NO; }
    // SMErrors.h: kSMErrorLaunchDeniedByUser, kSMErrorAlreadyRegistered.
    if (status == REQUIRES_APPROVAL) { if (error) *error = fake_error(10, "Launch denied by user"); return NO; }
    if (status == ENABLED) { if (error) *error = fake_error(12, "Already registered"); return NO; }
    status = ENABLED;
    return YES;
}
- (BOOL)unregisterAndReturnError:(id *)error {
    // SMErrors.h: kSMErrorJobNotFound.
    if (status == NOT_FOUND || status == NOT_REGISTERED) { if (error) *error = fake_error(6, "Job not found"); return NO; }
    status = NOT_REGISTERED;
    return YES;
}
@end
