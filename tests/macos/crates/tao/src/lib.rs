//! tao, as far as the layer sets it up: it keeps what it is told.

pub mod event_loop {
    use std::marker::PhantomData;

    /// The event loop of an application.
    #[derive(Default)]
    pub struct EventLoop<T: 'static> {
        pub policy: Option<crate::platform::macos::ActivationPolicy>,
        pub comes_to_the_front: Option<bool>,
        pub(crate) events: PhantomData<T>,
    }
}

pub mod platform {
    pub mod macos {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ActivationPolicy {
            Regular,
            Accessory,
            Prohibited,
        }

        pub trait EventLoopExtMacOS {
            fn set_activation_policy(&mut self, policy: ActivationPolicy);
            fn set_activate_ignoring_other_apps(&mut self, ignore: bool);
        }

        impl<T> EventLoopExtMacOS for crate::event_loop::EventLoop<T> {
            fn set_activation_policy(&mut self, policy: ActivationPolicy) {
                self.policy = Some(policy);
            }
            fn set_activate_ignoring_other_apps(&mut self, ignore: bool) {
                self.comes_to_the_front = Some(ignore);
            }
        }
    }
}
