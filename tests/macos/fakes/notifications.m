// UserNotifications: the centre keeps what it is given, answers on threads of the system's, and checks.
#include "fake.h"

const char *fake_bundle_path(void);
id fake_error(NSInteger code, const char *words);

#define KEPT(name, Name) \
    - (void)set##Name:(id)new { [name release]; name = [new copy]; } \
    - (id)name { return [[name retain] autorelease]; }

@interface UNMutableNotificationContent : NSObject { @public id title, body, categoryIdentifier, threadIdentifier; }
@end
@implementation UNMutableNotificationContent
KEPT(title, Title)
KEPT(body, Body)
KEPT(categoryIdentifier, CategoryIdentifier)
KEPT(threadIdentifier, ThreadIdentifier)
- (void)dealloc {
    [title release]; [body release]; [categoryIdentifier release]; [threadIdentifier release];
    [super dealloc];
}
@end
@interface UNNotificationAction : NSObject { @public id identifier, title; NSUInteger options; }
@end
@implementation UNNotificationAction
+ (id)actionWithIdentifier:(id)identifier title:(id)title options:(NSUInteger)options {
    UNNotificationAction *new = [[self new] autorelease];
    new->identifier = [identifier copy];
    new->title = [title copy];
    new->options = options;
    return new;
}
- (void)dealloc { [identifier release]; [title release]; [super dealloc]; }
@end
@interface UNNotificationCategory : NSObject { @public id identifier; NSArray *actions; }
@end
@implementation UNNotificationCategory
+ (id)categoryWithIdentifier:(id)identifier actions:(NSArray *)actions
           intentIdentifiers:(NSArray *)intents options:(NSUInteger)options {
    if (intents->count) broken("intents, which are Siri's");
    UNNotificationCategory *new = [[self new] autorelease];
    new->identifier = [identifier copy];
    new->actions = [actions retain];
    return new;
}
- (void)dealloc { [identifier release]; [actions release]; [super dealloc]; }
@end
@interface UNNotificationRequest : NSObject { @public id identifier; UNMutableNotificationContent *content; }
@end
@implementation UNNotificationRequest
+ (id)requestWithIdentifier:(id)identifier content:(id)content trigger:(id)trigger {
    // UNNotificationRequest.h: content and identifier must not be nil; without a trigger it is delivered right away.
    if (!content || !identifier) raise_exception("NSInvalidArgumentException", "a request without content or identifier");
    if (trigger) broken("a trigger, which would delay it");
    UNNotificationRequest *new = [[self new] autorelease];
    new->identifier = [identifier copy];
    new->content = [content retain];
    return new;
}
- (id)identifier { return [[identifier retain] autorelease]; }
- (id)content { return [[content retain] autorelease]; }
- (void)dealloc { [identifier release]; [content release]; [super dealloc]; }
@end
@interface UNNotification : NSObject { @public id request; }
@end
@implementation UNNotification
- (id)request { return [[request retain] autorelease]; }
@end
@interface UNNotificationResponse : NSObject { @public id notification, actionIdentifier; }
@end
@implementation UNNotificationResponse
- (id)notification { return [[notification retain] autorelease]; }
- (id)actionIdentifier { return [[actionIdentifier retain] autorelease]; }
@end

NSString *UNNotificationDismissActionIdentifier, *UNNotificationDefaultActionIdentifier;
__attribute__((constructor(65535))) static void names(void) {
    UNNotificationDismissActionIdentifier = constant("com.apple.UNNotificationDismissActionIdentifier");
    UNNotificationDefaultActionIdentifier = constant("com.apple.UNNotificationDefaultActionIdentifier");
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static id delegate, centre;                  // the delegate: weak (UNUserNotificationCenter.h)
static NSSet *categories;
static UNNotificationRequest *posted[99];
static int posted_count, prompts, is_allowed = 1, is_answered, fails;
void fake_allow_notifications(int on) { is_allowed = on; is_answered = 0; }
void fake_notifications_fail(int on) { fails = on; }
int fake_prompts(void) { return prompts; }

static void answer(void *given) {
    struct block *block = given;
    ((void (*)(void *, BOOL, id))block->invoke)(block, is_allowed, is_allowed ? nil : fake_error(1, "Notifications are not allowed for this application"));
    _Block_release(block);
}
static void added(void *given) {
    struct block *block = given;
    ((void (*)(void *, id))block->invoke)(block, fails ? fake_error(1, "The notification was refused") : nil);
    _Block_release(block);
}

@interface UNUserNotificationCenter : NSObject
@end
@implementation UNUserNotificationCenter
+ (id)currentNotificationCenter {
    // Seen in programs without a bundle: "bundleProxyForCurrentProcess is nil".
    const char *end = strrchr(fake_bundle_path(), '.');
    if (!end || strcmp(end, ".app")) raise_exception("NSInternalInconsistencyException", "bundleProxyForCurrentProcess is nil");
    return centre ?: (centre = [self new]);
}
- (void)setDelegate:(id)new { objc_storeWeak(&delegate, new); }
- (void)requestAuthorizationWithOptions:(NSUInteger)options completionHandler:(id)block {
    // UNUserNotificationCenter.h: the handler is required, and may be called on a background thread.
    if (!block) raise_exception("NSInvalidArgumentException", "requestAuthorizationWithOptions: without a handler");
    if (options != 1 << 2) broken("another permission than that for alerts");
    if (!is_answered) prompts++;
    is_answered = 1;
    on_a_thread(answer, _Block_copy(block));
}
- (void)setNotificationCategories:(NSSet *)new {
    pthread_mutex_lock(&lock);
    [categories release];
    categories = [new retain];
    pthread_mutex_unlock(&lock);
}
- (void)addNotificationRequest:(UNNotificationRequest *)request withCompletionHandler:(id)block {
    pthread_mutex_lock(&lock);
    posted[posted_count++] = [request retain];
    NSString *wanted = request->content->categoryIdentifier;
    bool known = !wanted;
    for (NSUInteger at = 0; categories && at < categories->count; at++)
        known |= [((UNNotificationCategory *)categories->items[at])->identifier isEqual:wanted];
    pthread_mutex_unlock(&lock);
    // Such a notification comes without its button.
    if (!known) broken("a notification of a category that is not known yet");
    if (block) on_a_thread(added, _Block_copy(block));
}
@end

int fake_posted(void) { return posted_count; }
const char *fake_posted_title(int at) { return text_of(posted[at]->content->title); }
const char *fake_posted_body(int at) { return text_of(posted[at]->content->body); }
const char *fake_posted_name(int at) { return text_of(posted[at]->identifier); }
const char *fake_posted_thread(int at) { return text_of(posted[at]->content->threadIdentifier); }
// The label of its button, "" without one.
const char *fake_posted_button(int at) {
    for (NSUInteger each = 0; categories && each < categories->count; each++) {
        UNNotificationCategory *category = categories->items[each];
        if ([category->identifier isEqual:posted[at]->content->categoryIdentifier])
            return text_of(((UNNotificationAction *)category->actions->items[0])->title);
    }
    return "";
}

@interface NSObject (UNUserNotificationCenterDelegate)
- (void)userNotificationCenter:(id)centre didReceiveNotificationResponse:(id)response withCompletionHandler:(id)done;
- (void)userNotificationCenter:(id)centre willPresentNotification:(id)notification withCompletionHandler:(id)done;
@end

// The completion handler of each response has to be called, once (UNUserNotificationCenter.h).
static int handled;
static NSUInteger options;
static void on_done(void *block) { handled++; }
static void on_shown(void *block, NSUInteger how) { handled++; options = how; }
extern void *_NSConcreteGlobalBlock;
static struct { unsigned long reserved, size; } described = {0, sizeof(struct block)};
static struct { struct block block; void *descriptor; } global;
static id block_of(void (*invoke)(void)) {
    global.block = (struct block){&_NSConcreteGlobalBlock, 1 << 28, 0, invoke};
    global.descriptor = &described;
    return (id)&global;
}

struct response { int at; NSString *action; };
static void respond(void *given) {
    struct response *response = given;
    id receiver = objc_loadWeakRetained(&delegate);
    UNNotification *notification = [[UNNotification new] autorelease];
    notification->request = response->at < 0 ? nil : posted[response->at];
    if (response->at < 0) {
        UNNotificationRequest *earlier = [[UNNotificationRequest new] autorelease];
        earlier->identifier = constant("of-an-earlier-run");
        earlier->content = [UNMutableNotificationContent new];
        [earlier->content setThreadIdentifier:constant("host-of-an-earlier-run")];
        notification->request = earlier;
    }
    UNNotificationResponse *said = [[UNNotificationResponse new] autorelease];
    said->notification = notification;
    said->actionIdentifier = response->action;
    handled = 0;
    [receiver userNotificationCenter:centre didReceiveNotificationResponse:said
               withCompletionHandler:block_of((void (*)(void))on_done)];
    if (receiver && handled != 1) broken("the completion handler of a response was not called once");
    [receiver release];
    free(response);
}
// A click: on a thread of the system's, since nothing promises the main one. Returns 0 if nobody takes it.
int fake_clicked(int at, const char *action) {
    struct response *response = malloc(sizeof *response);
    *response = (struct response){at, constant(action)};
    id receiver = objc_loadWeakRetained(&delegate);
    [receiver release];
    on_a_thread(respond, response);
    fake_settle();
    return receiver != nil;
}
static void present(void *given) {
    handled = 0;
    id receiver = objc_loadWeakRetained(&delegate);
    [receiver userNotificationCenter:centre willPresentNotification:[[UNNotification new] autorelease]
               withCompletionHandler:block_of((void (*)(void))on_shown)];
    if (receiver && handled != 1) broken("the completion handler of a presentation was not called once");
    [receiver release];
}
// How a notification is shown while the app is the active one: nothing at all without a delegate.
NSUInteger fake_presented(void) {
    options = 0;
    on_a_thread(present, NULL);
    fake_settle();
    return options;
}
